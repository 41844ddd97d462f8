"""A month that a venue is silent about, for an hour, a day, for ever; nobody is at the keyboard."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.assets.venue_dialects import VENUES, KeptMarket, kept_market
from traderai_assets.domain.candles.gap_classes import ASKED_AGAIN_AFTER
from traderai_assets.domain.freshness.judging import judge as judged
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.gate.facts import FactsReader

# 672 bars of an hour: of what Kraken serves, 720 bars, some are left for the days that follow
FEBRUARY, MARCH = Month(2025, 2), Month(2025, 3)
BARS = 672
NOW = datetime(2025, 3, 1, 12, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Minutes, an hour, a day, days: when the sensor asks again if it looks once a minute
DUE = [sum(ASKED_AGAIN_AFTER[:count], timedelta()) for count in range(1, 7)]


def silent_in_february(kept: KeptMarket) -> dict[int, list[float]]:
    """Let the venue trade, and forget February; returns what it knows when it is well."""
    kept.venue.trade(datetime(2025, 1, 1, tzinfo=UTC), NOW + 50 * DAY)
    known = dict(kept.venue.candles)
    kept.venue.halt(FEBRUARY.start, FEBRUARY.end)
    return known


def judge(kept: KeptMarket, served: Month) -> LookBack | Refusal:
    facts = FactsReader(
        kept.platform.lake,
        kept.platform.instance,
        table=kept.platform.lake.snapshot,
        clock=lambda _: kept.venue.now,
    )
    return judged(facts.read(kept.market, served, 28))


@pytest.mark.parametrize("exchange", ["binance", pytest.param("okx", marks=pytest.mark.torture)])
def test_a_month_silent_for_an_hour_is_whole_again_without_a_person(tmp_path, exchange):
    with kept_market(tmp_path, exchange, history_days=25) as kept:
        known = silent_in_february(kept)
        kept.settle(NOW)
        assert kept.absent(FEBRUARY.key) == {"unheard": BARS}
        refusal = judge(kept, MARCH)
        assert isinstance(refusal, Refusal)
        assert "not believed yet" in refusal.sentence
        kept.settle(NOW + 11 * MINUTE)
        assert kept.looks[-2].requests <= 3  # A sample tells whether it is well again
        kept.venue.candles = known
        kept.settle(NOW + 72 * MINUTE)
        assert (kept.stored(FEBRUARY.key), kept.absent(FEBRUARY.key)) == (BARS, {})
        assert len(kept.asks()) == 2


def test_rows_dropped_from_every_page_come_back_by_themselves(tmp_path):
    with kept_market(tmp_path, "bybit", history_days=25) as kept:
        known = silent_in_february(kept)
        dropped = [FEBRUARY.start + (50 + 90 * place) * HOUR for place in range(7)]
        kept.venue.candles = dict(known)
        for opened in dropped:
            kept.venue.halt(opened, opened + HOUR)
        kept.settle(NOW)
        assert kept.stored(FEBRUARY.key) == BARS - 7  # Believed for now: there is trade around
        kept.venue.candles = known
        kept.settle(NOW + 72 * MINUTE)
        assert (kept.stored(FEBRUARY.key), kept.absent(FEBRUARY.key)) == (BARS, {})


def test_a_month_that_stays_silent_is_asked_for_ever_more_seldom_and_no_model_learns_across_it(
    tmp_path,
):
    with kept_market(tmp_path, "binance", history_days=25) as kept:
        silent_in_february(kept)
        kept.settle(NOW)
        for due in DUE[:4]:
            assert kept.absent(FEBRUARY.key) == {"unheard": BARS}
            kept.settle(NOW + due + MINUTE)
        assert kept.absent(FEBRUARY.key) == {"silence": BARS}
        refusal = judge(kept, MARCH)
        assert isinstance(refusal, Refusal)
        # And, as only candles were made here: that features are not
        assert refusal.found == (
            "no model learns across 2025-02-01 00:00 to 2025-03-01 00:00 UTC (silence: asked again "
            "for days, the venue serves nothing of a long stretch); one is made of the 28 days "
            "after it, from 2025-03-29 00:00 UTC on, and features and labels are not made of the "
            "candles as they are stored, in 2025-02"
        )


@pytest.mark.torture
@pytest.mark.parametrize("exchange", VENUES)
@pytest.mark.parametrize("silent_for", [HOUR, DAY, None], ids=["hour", "day", "for_ever"])
def test_five_venues_whole_jobs_a_look_every_ten_minutes_and_requests_counted(
    tmp_path, exchange, silent_for
):
    with kept_market(tmp_path, exchange, history_days=40, whole_jobs=True) as kept:
        known = silent_in_february(kept)
        kept.settle(NOW)
        looks = [10 * MINUTE * count for count in range(1, 14)]
        looks += [HOUR * count for count in range(3, 30)] if silent_for != HOUR else []
        looks += [DAY * count for count in range(2, 45)] if silent_for is None else []
        for since in looks:
            if silent_for is not None and since > silent_for:
                kept.venue.candles = known
            kept.settle(NOW + since)
        asked = [one for one in kept.asks() if "2025-02" in one.verdict.sentence]
        print(f"\n{exchange}, silent for {silent_for}:\n{kept.table()}")  # noqa: T201
        for one, other in pairwise(asked):
            assert other.now - one.now >= 10 * MINUTE
        if silent_for is not None:
            assert (kept.stored(FEBRUARY.key), kept.absent(FEBRUARY.key)) == (BARS, {})
            assert isinstance(judge(kept, MARCH), LookBack)
            return
        kinds = kept.absent(FEBRUARY.key)
        assert set(kinds) <= {"silence", "unreachable"}
        assert sum(kinds.values()) == BARS
        assert isinstance(judge(kept, MARCH), Refusal)
        assert len(asked) <= 8
        assert isinstance(judge(kept, Month(2025, 5)), LookBack)  # All of it lies behind
