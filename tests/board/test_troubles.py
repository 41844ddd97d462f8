"""What a board shows of a home in which nothing is yet, or something is broken."""

import shutil

import pytest

from tests.board.conftest import SETTINGS
from tests.board.served import board_served
from tests.pages.reading import tables_of
from traderai_assets.board.menu import ROOMS

pytestmark = pytest.mark.processes
PATHS = [room.path for room in ROOMS]


def pages_of(board):
    found = {path: board.send("GET", path) for path in PATHS}
    for path, answer in found.items():
        assert answer.status == 200, (path, answer.text)
        assert "Traceback" not in answer.text
        assert "fault of the board" not in answer.text
    assert board.log() == ""
    return {path: answer.text for path, answer in found.items()}


def test_a_home_that_is_not_there_is_not_made_and_each_page_says_what_to_do(tmp_path):
    home = tmp_path / "home"
    with board_served(home, tmp_path / "said") as board:
        pages = pages_of(board)
    assert not home.exists()
    for path in ("/", "/markets", "/models", "/queue"):
        assert "there is no instance in" in pages[path]
        assert "traderai dev" in pages[path]
    assert tables_of(pages["/strategies"])["strategies"][0]["state"] == "insufficient"


def test_an_instance_without_databases_is_left_without(tmp_path, repository):
    home = tmp_path / "home"
    (home / "dagster").mkdir(parents=True)
    (home / "dagster" / "dagster.yaml").symlink_to(repository / "dagster.yaml")
    with board_served(home, tmp_path / "said") as board:
        assert "has no databases yet" in board.page("/")
    assert [one.name for one in (home / "dagster").iterdir()] == ["dagster.yaml"]


def test_an_empty_instance_has_nothing_and_says_what_comes_first(tmp_path, empty_instance):
    home = tmp_path / "home"
    shutil.copytree(empty_instance, home / "dagster", symlinks=True)
    with board_served(home, tmp_path / "said") as board:
        pages = pages_of(board)
    assert "traderai markets add" in pages["/markets"]
    assert "the job train makes one" in pages["/models"]
    assert "bad" not in [row["state"] for row in tables_of(pages["/health"])["doctor"]]


def test_a_damaged_database_is_named_once_on_each_page_that_needs_it(tmp_path, lived_home):
    home = tmp_path / "home"
    shutil.copytree(lived_home, home, symlinks=True)
    broken = home / "dagster" / "history" / "runs.db"
    broken.write_bytes(b"no database at all")
    with board_served(home, tmp_path / "said") as board:
        pages = pages_of(board)
    for path in ("/", "/markets", "/models", "/queue"):
        assert pages[path].count(f"{broken} is not an SQLite database") == 1
        assert "put it back from a backup" in pages[path]
    # What the lake tells is told all the same
    assert tables_of(pages["/"])["signals"]
    assert tables_of(pages["/strategies"])["strategies"]


def test_a_damaged_table_is_named_and_the_rest_is_shown(tmp_path, lived_home):
    home = tmp_path / "home"
    shutil.copytree(lived_home, home, symlinks=True)
    log = home / "lake" / "candles" / "_delta_log"
    shutil.rmtree(log)
    with board_served(home, tmp_path / "said") as board:
        pages = pages_of(board)
    assert "candles" in pages["/markets"]
    assert 'class="words bad"' in pages["/markets"]
    assert tables_of(pages["/models"])["models"]
    assert tables_of(pages["/queue"])["classes"]


def test_a_market_or_strategy_that_is_not_there_is_said_with_those_that_are(board):
    for path, told in {
        "/markets/binance.X-USDT.1h": "there are those of binance.BTC-USDT.1h",
        "/markets/nonsense": "EXCHANGE.SYMBOL.TIMEFRAME",
        "/strategies/none": "the settings make default",
        "/models/zzzzzzzz": "no model",
        "/models/compare": "two models are compared",
        "/signals/default/binance.BTC-USDT.1h/yesterday": "is no time",
        "/nowhere": "no page of the board",
        "/report/nothing/x": "no page of the board",
    }.items():
        answer = board.send("GET", path)
        assert (answer.status, told in answer.text) == (404, True), (path, answer.text[-1500:])


def test_settings_that_cannot_be_used_are_one_line_and_no_board(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "traderai.toml").write_text(SETTINGS.replace('"1h"', '"1 hour"'))
    with (
        pytest.raises(AssertionError, match="traderai: ") as refused,
        board_served(home, tmp_path / "said"),
    ):
        pass
    assert "Traceback" not in str(refused.value)
