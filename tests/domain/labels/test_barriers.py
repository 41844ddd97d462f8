"""The width of the barriers, and what settings are refused."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.labels.barriers import barrier_width

BAR = timedelta(minutes=5)


def zigzag(move, rows=400):
    times = pd.date_range("2026-03-01", periods=rows, freq=BAR, tz="UTC").as_unit("ms")
    return pd.DataFrame({"open_time": times, "close": 100 * np.exp(move * (np.arange(rows) % 2))})


def width(move, **changes):
    settings = {"horizon_bars": 16, "multiple": 1.5, "minimum_width": 0.002} | changes
    return barrier_width(zigzag(move), bar=BAR, **settings)


def test_the_width_grows_with_the_root_of_the_horizon():
    # 0.1 % a bar, 4 times that over 16 bars, times 1.5
    assert width(0.001)[-1] == pytest.approx(0.006)


def test_a_dead_market_gets_the_least_width_and_a_wild_one_the_most():
    assert width(0.0)[-1] == 0.002
    assert width(1.0)[-1] == 0.5


def test_a_young_market_has_none():
    assert np.isnan(width(0.001)[:72]).all()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("horizon_bars", 0),
        ("horizon_bars", 1001),
        ("horizon_bars", 10**9),
        ("horizon_bars", 2.0),
        ("horizon_bars", True),
        ("horizon_bars", float("nan")),
        ("multiple", 0.0),
        ("multiple", 20.1),
        ("multiple", float("nan")),
        ("multiple", float("inf")),
        ("minimum_width", 0.0),
        ("minimum_width", 0.6),
        ("minimum_width", float("nan")),
    ],
)
def test_a_setting_beyond_its_limit_is_refused_by_name(setting, value):
    with pytest.raises(InvalidSettings, match=setting):
        width(0.001, **{setting: value})
