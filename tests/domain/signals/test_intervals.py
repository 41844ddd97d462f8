"""Intervals hold nine times in ten, also through a change of regime where a plain one does not."""

import math
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.signals.intervals import (
    COVERAGE,
    LEAST,
    adaptive_radii,
    return_intervals,
)

BARS, CHANGE, HORIZON = 6_000, 3_000, 12


def scores(seed):
    """How far returns are missed; from half of them on by two and a half times as much."""
    spread = np.where(np.arange(BARS) < CHANGE, 1.0, 2.5)
    return np.abs(np.random.default_rng(seed).normal(size=BARS)) * spread


def plain_radius(score):
    """Split conformal prediction: one quantile of the calibration rows, for all that follow."""
    return np.sort(score)[math.ceil(COVERAGE * (len(score) + 1)) - 1]


@pytest.mark.parametrize("seed", range(5))
def test_coverage_stays_within_two_points_through_a_change_where_the_plain_interval_fails(seed):
    score, at = scores(seed), np.arange(BARS)
    adaptive = score <= adaptive_radii(score, at, at + HORIZON)
    plain = score <= plain_radius(score[:1_000])
    lately = slice(CHANGE, CHANGE + 1_000)
    found = {
        "adaptive, all": adaptive[1_000:].mean(),
        "adaptive, since the change": adaptive[CHANGE:].mean(),
        "adaptive, 1,000 bars after it": adaptive[lately].mean(),
        "plain, all": plain[1_000:].mean(),
        "plain, since the change": plain[CHANGE:].mean(),
    }
    print({name: round(float(value), 4) for name, value in found.items()})  # noqa: T201
    assert all(abs(v - COVERAGE) <= 0.02 for name, v in found.items() if "adaptive" in name)
    assert all(v < COVERAGE - 0.2 for name, v in found.items() if "plain" in name)


def test_what_is_known_later_has_no_say():
    score, at = scores(0), np.arange(BARS)
    whole = adaptive_radii(score, at, at + HORIZON)
    # Of bar 2000 is known what ended by then: bars up to 1988
    other = np.where(at > 2_000 - HORIZON, 99.0, score)
    np.testing.assert_array_equal(adaptive_radii(other, at, at + HORIZON)[:2_001], whole[:2_001])
    assert adaptive_radii(other, at, at + HORIZON)[2_002] != whole[2_002]


def test_nothing_is_promised_of_too_few():
    score, at = np.ones(100), np.arange(100)
    radii = adaptive_radii(score, at, at + HORIZON)
    # Bar 50 is known at bar 62; with it 51 are
    assert np.isnan(radii[: LEAST + HORIZON - 1]).all()
    assert (radii[LEAST + HORIZON - 1 :] == 1.0).all()


def test_an_interval_lies_around_what_the_model_expects_in_widths():
    bars, bar = 100, timedelta(minutes=5)
    times = pd.Series(pd.date_range("2026-03-01", periods=bars, freq=bar, tz="UTC").as_unit("ms"))
    predictions = pd.DataFrame({"open_time": times, "probability": 0.75, "width": 0.02})
    predictions.loc[99, "width"] = np.nan
    labels = pd.DataFrame({"open_time": times, "label_end": times + 3 * bar, "gross_return": 0.02})[
        :95
    ]
    found = return_intervals(predictions, labels, bar=bar)
    # Half a width is expected and one comes: missed by half a width, always
    last = found.iloc[94]
    assert (last["lower"], last["upper"]) == (pytest.approx(0.0), pytest.approx(0.02))
    assert last["covered"] == 1
    assert np.isnan(found["covered"][95])
    assert not np.isnan(found["upper"][95])
    assert np.isnan(found["upper"][99])
    assert found["covered"][: LEAST + 1].isna().all()
