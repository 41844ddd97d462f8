"""Long curves keep their extremes, periods their ends."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.report.charts import MOST_MOMENTS, kept_moments, thinned_chart
from traderai_assets.report.period import ALL, Period


@given(st.integers(1, 5_000), st.integers(0, 2**32 - 1))
def test_the_ends_and_the_extremes_of_a_curve_stay(count, seed):
    values = np.random.default_rng(seed).normal(size=count)
    kept = kept_moments(values)
    assert len(kept) <= MOST_MOMENTS
    assert {0, count - 1, int(values.argmin()), int(values.argmax())} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()


def test_what_is_not_known_is_none():
    chart = thinned_chart("t", [1, 2], {"a": np.array([1.0, np.nan])})
    assert chart.series[0].values == [1.0, None]  # noqa: PD011


def test_a_period_takes_its_beginning_and_leaves_its_end():
    period = Period(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC))
    frame = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=5, tz="UTC")})
    assert period.of(frame, "day")["day"].dt.day.tolist() == [2, 3]
    assert ALL.of(frame, "day").equals(frame)
    assert period.months(["2025-12", "2026-01", "2026-02"]) == ["2026-01"]


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidInput, match="give an earlier one"):
        Period(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
