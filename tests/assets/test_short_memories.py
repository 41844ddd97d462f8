"""Venues that serve their newest bars alone: what is served is stored, the market lives on."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.assets.venue_dialects import kept_market
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

BAR, DAY = timedelta(minutes=5), timedelta(days=1)
SERVED = 720
BEGIN = datetime(2025, 3, 20, 12, 1, tzinfo=UTC)
MARCH = "2025-03"


def test_kraken_after_four_days_away_is_live_again_within_two_looks(tmp_path):
    """Ten days; on four of them nobody looks. 720 bars of 5 minutes are two and a half days."""
    with kept_market(tmp_path, "kraken", timeframe="5m", history_days=12) as kept:
        kept.venue.trade(BEGIN.replace(minute=0) - 30 * DAY, BEGIN + 11 * DAY)
        kept.settle(BEGIN)  # A new market of 5 minutes, on the 20th of a month
        assert kept.stored(MARCH) == SERVED - 1
        assert set(kept.absent(MARCH)) == {"unreachable"}
        kept.settle(BEGIN + 2 * DAY)
        assert kept.stored(MARCH) == SERVED - 1 + 2 * 288

        back = BEGIN + 6 * DAY
        looks = [kept.look(back) for _ in range(2)]
        opened = kept.platform.rows(CANDLES, MARCH)["open_time"]
        assert opened.iloc[-1] == back.replace(minute=0) - BAR
        assert looks[0].requests <= 4
        lost = kept.platform.rows(CANDLE_GAPS, MARCH)
        assert set(lost["kind"]) == {"unreachable"}
        assert lost["absent_bars"].tolist()[-1] == 4 * 288 - (SERVED - 1)
        for days in (7, 8, 9, 10):
            kept.settle(BEGIN + days * DAY)
        assert kept.stored(MARCH) == 2 * (SERVED - 1) + 6 * 288
        print(f"\n{kept.table()}\n{lost.to_string()}")  # noqa: T201 - shown with -s
        # Told once; asked for again an hour and a day later, and then once a month
        assert len(kept.asks()) <= 3


@pytest.mark.parametrize(
    "day", [4, *(pytest.param(day, marks=pytest.mark.torture) for day in (15, 28))]
)
def test_a_new_market_of_a_short_memory_begins_on_any_day_of_a_month(tmp_path, day):
    with kept_market(tmp_path, "kraken", timeframe="5m", history_days=40) as kept:
        begin = datetime(2025, 3, day, 0, 1, tzinfo=UTC)
        kept.venue.trade(begin.replace(minute=0) - 60 * DAY, begin + DAY)
        kept.settle(begin)
        assert kept.look(begin + 2 * BAR).verdict.request.job_name == "update_latest"
        stored = kept.platform.rows(CANDLES, *kept.platform.hashes(CANDLES))["open_time"]
        assert (len(stored), stored.iloc[-1]) == (SERVED + 1, begin.replace(minute=5))
