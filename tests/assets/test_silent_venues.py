"""A month that a venue is silent about, for an hour, a day, for ever; nobody is at the keyboard."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.assets.venues import VENUES, KeptMarket, kept_market
from traderai_assets.assets.look_back import Gate
from traderai_assets.domain.freshness.look_back import Refusal
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.window import LookBack

# 672 bars of an hour: of what Kraken serves, 720 bars, some are left for the days that follow
FEBRUARY, MARCH = Month(2025, 2), Month(2025, 3)
BARS = 672
LISTED = datetime(2025, 1, 10, tzinfo=UTC)
NOW = datetime(2025, 3, 1, 12, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def silent_in_february(kept: KeptMarket) -> dict[int, list[float]]:
    """Let the venue trade, and forget February; returns what it knows when it is well."""
    kept.venue.trade(LISTED, NOW + 50 * DAY)
    known = dict(kept.venue.candles)
    kept.venue.halt(FEBRUARY.start, FEBRUARY.end)
    return known


def judge(kept: KeptMarket, served: Month) -> LookBack | Refusal:
    gate = Gate(
        kept.house.lake,
        kept.house.instance,
        table=kept.house.lake.snapshot,
        clock=lambda _: kept.venue.now,
        days=28,
    )
    return gate.judge(kept.market, served)


@pytest.mark.parametrize("exchange", VENUES)
def test_a_month_silent_for_an_hour_is_whole_again_without_a_person(tmp_path, exchange):
    with kept_market(tmp_path, exchange, timeframe="1h", history_days=40) as kept:
        known = silent_in_february(kept)
        kept.settle(NOW)
        assert kept.absent(FEBRUARY.key) == {"unheard": BARS}
        assert isinstance(judge(kept, MARCH), Refusal)
        kept.settle(NOW + 11 * MINUTE)
        kept.venue.candles = known
        kept.settle(NOW + 72 * MINUTE)
        print([(f"{one.now:%H:%M}", one.verdict.sentence, one.requests) for one in kept.looks])
        assert (kept.stored(FEBRUARY.key), kept.absent(FEBRUARY.key)) == (BARS, {})
        assert isinstance(judge(kept, MARCH), LookBack)
