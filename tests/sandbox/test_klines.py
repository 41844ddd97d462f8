"""Pages of candles cut off at the clock, and the candle that is still open."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pytest

from traderai_assets.sandbox.feed import Bars, Listing, aggregate, bar_ms
from traderai_assets.sandbox.klines import page

MINUTE = 60_000


class Minutes:
    """Ten minutes that rise by ten each, without the sixth and seventh."""

    provenance: Mapping[str, object] = MappingProxyType({"data": "made by hand"})
    listings = MappingProxyType({"AB": Listing("A", "B", price_decimals=2)})

    def __init__(self):
        minute = np.array([0, 1, 2, 3, 4, 7, 8, 9])
        opened = 100.0 + 10 * minute
        self._bars = Bars(
            minute * MINUTE, opened, opened + 12, opened - 3, opened + 10, np.full(8, 6.0)
        )

    def end(self) -> datetime | None:
        return None

    def source(self, *_):
        return "1m"

    def first(self, *_):
        return 0

    def bars(self, _, timeframe, first, last):
        return aggregate(self._bars, bar_ms(timeframe)).between(first, last)


def times(**arguments):
    return (page(Minutes(), "AB", "1m", **arguments).open_time // MINUTE).tolist()


def test_with_a_start_the_oldest_rows_come_first_and_the_start_is_inclusive():
    assert times(now=20 * MINUTE, start=MINUTE, limit=3) == [1, 2, 3]


def test_a_start_between_two_bars_begins_with_the_later_one():
    assert times(now=20 * MINUTE, start=MINUTE + 1, limit=2) == [2, 3]


def test_without_a_start_the_newest_rows_are_given():
    assert times(now=20 * MINUTE, limit=2) == [8, 9]


def test_the_end_is_inclusive():
    assert times(now=20 * MINUTE, end=4 * MINUTE, limit=2) == [3, 4]
    assert times(now=20 * MINUTE, start=0, end=2 * MINUTE, limit=500) == [0, 1, 2]


def test_a_page_reaches_over_absent_bars_in_both_directions():
    assert times(now=20 * MINUTE, start=5 * MINUTE, limit=2) == [7, 8]
    assert times(now=20 * MINUTE, end=7 * MINUTE, limit=3) == [3, 4, 7]


def test_a_start_after_the_end_or_after_the_clock_gives_nothing():
    assert times(now=20 * MINUTE, start=3 * MINUTE, end=MINUTE, limit=5) == []
    assert times(now=2 * MINUTE, start=3 * MINUTE, limit=5) == []


def test_nothing_after_the_clock_is_shown_and_the_open_candle_is_the_last_row():
    assert times(now=3 * MINUTE + 1, limit=500) == [0, 1, 2, 3]
    assert times(now=3 * MINUTE + 1, start=0, limit=500) == [0, 1, 2, 3]
    assert times(now=3 * MINUTE + 1, start=0, limit=2) == [0, 1]


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (0, (100, 100, 100, 100, 0)),
        (10_000, (100, 100, 98.5, 98.5, 1)),  # half-way to the low
        (20_000, (100, 100, 97, 97, 2)),
        (30_000, (100, 104.5, 97, 104.5, 3)),  # half-way from the low to the high
        (40_000, (100, 112, 97, 112, 4)),
        (50_000, (100, 112, 97, 111, 5)),
        (60_000, (100, 112, 97, 110, 6)),
    ],
)
def test_a_rising_candle_goes_by_its_low_and_its_high_to_its_close(passed, expected):
    bars = page(Minutes(), "AB", "1m", now=passed, limit=5, end=0)
    assert tuple(column[0] for column in bars.values()) == pytest.approx(expected)


def test_a_longer_open_candle_is_its_whole_minutes_and_the_open_one_so_far():
    bars = page(Minutes(), "AB", "5m", now=2 * MINUTE + 20_000, limit=5)
    assert bars.open_time.tolist() == [0]
    # Minutes 0 and 1 whole, minute 2 at its low of 117 with a third of its volume.
    assert [column[0] for column in bars.values()] == [100, 122, 97, 117, 14]


def test_a_candle_whose_first_minutes_are_absent_is_not_there_before_its_first_trade():
    # Minutes 5 and 6 are absent: showing the bar of minute 5 would tell that 7 will be there.
    assert (page(Minutes(), "AB", "5m", now=6 * MINUTE, limit=5).open_time // MINUTE).tolist() == [
        0
    ]
    seen = page(Minutes(), "AB", "5m", now=7 * MINUTE + 1, limit=5)
    assert (seen.open_time // MINUTE).tolist() == [0, 5]
