"""Which page belongs to which room, and where links into Dagster lead."""

from datetime import UTC, datetime

import pytest

from traderai_assets.board import marks
from traderai_assets.board.dagster_links import links_from
from traderai_assets.board.menu import ROOMS, room_of
from traderai_assets.board.views.markets import bars_behind
from traderai_assets.domain.markets import Market
from traderai_assets.schemas.catalogue import TABLES

MARKET = Market.parse("binance.BTC-USDT.1h")


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("/", "/"),
        ("/markets", "/markets"),
        ("/markets/binance.BTC-USDT.1h", "/markets"),
        ("/models/compare", "/models"),
        ("/strategies/fast", "/strategies"),
        ("/marketsmore", "/rows"),
        ("/signals/fast/x/y", "/rows"),
    ],
)
def test_a_page_is_of_the_room_that_its_path_begins_with(path, room):
    assert room_of(path).path == room


def test_every_topic_is_a_table_or_a_mark_that_is_looked_at():
    known = {table.name for table in TABLES}
    known |= {marks.RUNS, marks.EVENTS, marks.MARKETS_KEPT, marks.WATCH, marks.BARS}
    for room in ROOMS:
        assert room.topics <= known, room.path


@pytest.mark.parametrize(
    ("host", "url", "root"),
    [
        ("127.0.0.1:3001", "", "http://127.0.0.1:3000"),
        ("[::1]:3001", "", "http://[::1]:3000"),
        ("board.example", "", "http://board.example:3000"),
        ("127.0.0.1:3001", "https://web.example/", "https://web.example"),
    ],
)
def test_the_web_ui_is_on_the_host_by_which_the_board_was_asked(host, url, root):
    links = links_from(host, "http", 3000, url)
    assert links.job("train").href == f"{root}/locations/traderai/jobs/train"
    assert links.run("a b").href == f"{root}/runs/a%20b"


def test_a_market_is_behind_by_the_bars_that_closed_since_its_last():
    last = datetime(2026, 3, 1, 12, tzinfo=UTC)  # of the bar from 12 to 13
    at = {
        datetime(2026, 3, 1, 13, tzinfo=UTC): 0,
        datetime(2026, 3, 1, 13, 59, tzinfo=UTC): 0,
        datetime(2026, 3, 1, 14, tzinfo=UTC): 1,
        datetime(2026, 3, 2, 13, tzinfo=UTC): 24,
        datetime(2026, 3, 1, 12, 30, tzinfo=UTC): 0,
    }
    assert {now: bars_behind(last, MARKET, now) for now in at} == at
    assert bars_behind(None, MARKET, last) is None
