"""Labels by month: each in the month in which it became known, from two months of candles."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.labels.barriers import label_memory
from traderai_assets.domain.labels.month import month_labels
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.months import Month

BAR = timedelta(minutes=15)
SETTINGS = {"bar": BAR, "horizon_bars": 16, "multiple": 1.0}
MONTHS = [Month(2026, 1), Month(2026, 2), Month(2026, 3)]


@pytest.fixture(scope="module")
def candles(wander):
    return wander("2026-01-01", 90 * 96, bar=BAR, seed=8, absent_share=0.02)


def test_the_months_together_hold_each_label_once_with_the_same_bits(candles):
    months = [month_labels(candles, month=month, **SETTINGS) for month in MONTHS]
    together = pd.concat(months, ignore_index=True).sort_values("open_time", ignore_index=True)
    pd.testing.assert_frame_equal(together, label_bars(candles, **SETTINGS), check_exact=True)


def test_a_label_known_at_the_last_instant_of_a_month_belongs_to_it(candles):
    for month in MONTHS[:2]:
        labels = month_labels(candles, month=month, **SETTINGS)
        assert labels["label_end"].max() == pd.Timestamp(month.end)
        following = month_labels(candles, month=month.shift(1), **SETTINGS)
        assert following["label_end"].min() > pd.Timestamp(month.end)
        assert following["open_time"].min() < pd.Timestamp(month.end)


def test_older_and_later_candles_change_nothing(candles):
    february = MONTHS[1]
    first = february.start - label_memory(BAR, 16)
    opened = candles["open_time"]
    least = candles[(opened >= first) & (opened < february.end)]
    assert first > datetime(2026, 1, 25, tzinfo=UTC)
    pd.testing.assert_frame_equal(
        month_labels(least, month=february, **SETTINGS),
        month_labels(candles, month=february, **SETTINGS),
        check_exact=True,
    )


def test_a_horizon_that_two_years_cannot_hold_is_refused_with_the_longest_that_fits():
    day = timedelta(days=1)
    # 730 - 288 - 1 = 441; half of it is 220
    assert label_memory(day, 220) <= timedelta(days=730)
    with pytest.raises(InvalidSettings, match="at most 220 bars fit"):
        label_memory(day, 221)


def test_a_month_without_candles_has_no_labels(candles):
    assert len(month_labels(candles, month=Month(2027, 1), **SETTINGS)) == 0
