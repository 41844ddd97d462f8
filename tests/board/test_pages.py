"""Pages over a home that was lived in: what they show is what the command line says."""

import re
from collections import Counter
from html import unescape

import pytest

from tests.board.conftest import PROGRESS
from tests.board.served import board_served, told_by
from tests.pages.reading import chart_data, tables_of
from traderai_assets.board.app import REPORTS, VIEWS
from traderai_assets.board.dagster_links import LOCATION as LINKED
from traderai_assets.board.menu import ROOMS
from traderai_assets.board.views.health import BARS
from traderai_assets.board.views.market import BARS_SHOWN
from traderai_assets.cli.dev.services import LOCATION
from traderai_assets.domain.numbers import significant
from traderai_assets.pages.figures import DIGITS
from traderai_assets.work_classes import JOBS

pytestmark = pytest.mark.processes
MARKET = "binance.BTC-USDT.1h"
ROOM_PATHS = [room.path for room in ROOMS]
HREF = re.compile(r'href="(/[^"#]*)"')
FAULTS = ("Traceback", "File &#34;", "fault of the board", 'class="words bad"')


def links_in(html):
    return {unescape(one) for one in HREF.findall(html) if not one.startswith("/static/")}


def test_every_page_and_every_page_it_leads_to_is_there_and_none_is_in_trouble(board):
    waiting, seen = list(ROOM_PATHS), {}
    while waiting:
        path = waiting.pop(0)
        if path not in seen and kinds_of(seen).count(kind_of(path)) < 3:
            seen[path] = board.page(path)
            waiting += sorted(links_in(seen[path]))
    for path, html in seen.items():
        assert [one for one in FAULTS if one in html] == [], path
    assert set(kinds_of(seen)) == {*VIEWS, *REPORTS}
    assert board.log() == ""


def kind_of(path):
    """Return which of the board's paths it is; the first that fits, as the application has it."""
    forms = {view: re.sub(r"\{\w+\}", "[^/]+", view) for view in (*VIEWS, *REPORTS)}
    return next(view for view in forms if re.fullmatch(forms[view], path.partition("?")[0]))


def kinds_of(paths):
    return [kind_of(path) for path in paths]


def test_the_queue_is_that_of_the_status(board, lived_home):
    status, tables = told_by(lived_home, "status"), tables_of(board.page("/queue"))
    for row, told in zip(tables["classes"], status["classes"], strict=True):
        assert (row["class"], row["priority"], row["waiting"]) == (
            told["class"],
            told["priority"],
            told["queued"],
        )
        assert row["at work"] == f"{told['running']} of {told['slots']}"
    [running] = tables["running"]
    assert (running["run"], running["progress"]) == (status["running"][0]["run"][:8], PROGRESS)
    waiting = [(row["run"], row["why"]) for row in tables["waiting"]]
    assert waiting == [(row["run"][:8], row["reason"]) for row in status["queued"]]
    assert len(waiting) == 2
    failed = [(row["job"], row["error"], row["next"]) for row in tables["failed"]]
    assert failed == [(row["job"], row["error"], row["next"]) for row in status["failed"]]
    assert len(failed) == 1


def test_what_needs_a_person_stands_on_the_first_page(board, lived_home):
    status = told_by(lived_home, "status")
    needs = tables_of(board.page("/"))["needs"]
    assert [row["what"] for row in needs][:1] == ["daemon"]
    [failed] = [row for row in needs if row["what"] == "failed run"]
    assert failed["what to do"] == status["failed"][0]["next"]


def test_markets_are_those_of_the_command(board, lived_home):
    [told] = told_by(lived_home, "markets")
    [row] = tables_of(board.page("/markets"))["markets"]
    names = {"market": "market", "last candle": "last", "candles": "candles"}
    names |= {"state": "state", "absent bars": "absent_bars"}
    assert {one: row[one] for one in names} == {one: told[name] for one, name in names.items()}
    assert row["reason"] == (told["reason"] or "")
    [speaks] = told_by(lived_home, "strategies", "champions")
    assert row["who speaks"] == f"{speaks['strategy']}, {speaks['speaks']}"
    assert row["bars behind"] > 10_000  # It has been 2024 in this home for a while


def test_a_market_shows_its_candles_and_of_every_bar_the_word(board, lived_home):
    html = board.page(f"/markets/{MARKET}")
    told = told_by(lived_home, "words", "binance:BTC/USDT", "--bars", str(BARS_SHOWN))
    tables = tables_of(html)
    assert {row["word"]: row["bars"] for row in tables["words"]} == told["counts"]
    assert [row["word"] for row in tables["bars"]] == [row["word"] for row in told["rows"]]
    [candles] = [one for one in chart_data(html) if "prices" in one]
    assert len(candles["prices"]) == BARS_SHOWN
    assert candles["markers"], "signals were given among these bars"
    assert len(candles["levels"]) == 2 * len(candles["markers"])
    # A letter a bar, by the order of the kinds
    drawn = Counter(candles["kinds"][ord(letter) - ord("a")] for letter in candles["words"])
    assert drawn == told["counts"]


def test_strategies_and_their_verdicts_are_those_of_the_command(board, lived_home):
    told = told_by(lived_home, "strategies", "verdict", "default")
    [row] = tables_of(board.page("/strategies"))["strategies"]
    assert (row["state"], row["verdict"]) == (told["state"], told["sentence"])
    assert (row["days"], row["trades"]) == (told["numbers"]["days"], told["numbers"]["trades"])
    html = board.page("/strategies/default")
    tables = tables_of(html)
    assert {one["number"] for one in tables["numbers"]} == told["numbers"].keys()
    assert [one["market"] for one in tables["vetoes"]] == [MARKET]
    [account] = chart_data(html)
    ends = told["numbers"]["total_return"]
    assert account["values"][0][-1] == significant(1 + ends, DIGITS)
    assert len(account["values"][0]) == told["numbers"]["days"]


def test_models_are_those_of_the_command(board, lived_home):
    told = told_by(lived_home, "models", "list")
    rows = tables_of(board.page("/models"))["models"]
    assert [row["model"] for row in rows] == [one["model"] for one in told]
    assert [row["speaks"] for row in rows] == [
        "" if one["speaks"] == "not" else one["speaks"] for one in told
    ]
    card = told_by(lived_home, "models", "show", told[0]["model"])
    metrics = tables_of(board.page(f"/models/{told[0]['model']}"))["metrics"]
    assert {row["metric"]: row["value"] for row in metrics} == card["metrics"]
    one, other = (row["model"] for row in told[:2])
    compared = told_by(lived_home, "models", "compare", one, other)
    html = board.page(f"/models/compare?one={one}&other={other}")
    assert compared["sentence"] in unescape(html)
    assert len(tables_of(html)["comparison"]) == len(compared["rows"])


def test_a_signal_is_followed_to_its_model_its_folds_and_its_candles(board, lived_home):
    [path, *_] = sorted(one for one in links_in(board.page("/")) if one.startswith("/signals/"))
    _, _, name, market, opened = path.split("/")
    told = told_by(lived_home, "lineage", "signal", market, opened, "--strategy", name)
    rows = tables_of(board.page(path))["made_of"]
    assert [(row["what"], row["of"]) for row in rows] == [(one["what"], one["of"]) for one in told]
    assert {"fold", "look-back"} <= {row["what"] for row in rows}
    links = links_in(board.page(path))
    assert any(one.startswith("/models/") for one in links)
    candle = next(one for one in links if one.startswith("/candles/"))
    assert tables_of(board.page(candle))["reached"]


def test_health_says_what_the_doctor_says_and_asks_no_exchange(board, lived_home):
    tables = tables_of(board.page("/health"))
    things = {row["thing"]: row["state"] for row in tables["doctor"]}
    well = ("versions", "home", "disk", "instance", "lake", "proxy", "notifications")
    assert things == {
        **dict.fromkeys(well, "ok"),
        "daemon": "warning",
    }
    told = told_by(lived_home, "words", "binance:BTC/USDT", "--bars", str(BARS))
    [words] = tables["words"]
    assert words["signals"] == told["counts"].get("signal", 0)
    disk = told_by(lived_home, "status", "--disk")
    assert {row["folder"] for row in tables["disk"]} == {one["folder"] for one in disk}


def test_jobs_that_act_are_linked_where_dagster_has_them(board):
    assert LINKED == LOCATION
    for room in ROOMS:
        assert set(room.jobs) <= JOBS.keys()
        found = re.findall(r'href="(http[^"]*/jobs/[^"]*)"', board.page(room.path))
        base = f"http://127.0.0.1:3000/locations/{LOCATION}/jobs/"
        assert found == [base + job for job in room.jobs]


def test_looking_changes_nothing_of_the_home(lived_home, tmp_path):
    def state():
        files = (one for one in lived_home.rglob("*") if one.is_file())
        # What SQLite keeps beside a database as long as somebody has it open
        left_out = ("-wal", "-shm", "-journal")
        return {
            one: (one.stat().st_size, one.stat().st_mtime_ns)
            for one in files
            if not one.name.endswith(left_out)
        }

    with board_served(lived_home, tmp_path / "said") as board:
        before = state()
        for path in (*ROOM_PATHS, f"/markets/{MARKET}", "/strategies/default"):
            board.page(path)
    assert state() == before


def test_a_report_is_one_file_that_asks_for_nothing(board):
    for path in ("/report/strategy/default", f"/report/market/{MARKET}"):
        answer = board.send("GET", path)
        assert answer.status == 200
        assert "/static/" not in answer.text
        assert not re.search(r'(src|rel="stylesheet" href)="', answer.text)
        assert "default-src &#39;none&#39;" in answer.text or "default-src 'none'" in answer.text
        assert tables_of(answer.text)
