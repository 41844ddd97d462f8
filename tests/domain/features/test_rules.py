"""Single features, with numbers worked by hand."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.catalogue import CATALOGUE

BAR = timedelta(minutes=5)
COMPUTE = {spec.name: spec.compute for spec in CATALOGUE}


def candles(closes, *, opens=None, highs=None, lows=None, volumes=None, start="2026-03-01"):
    closes = np.array(closes, dtype=np.float64)
    opens = closes if opens is None else np.array(opens, dtype=np.float64)
    return pd.DataFrame(
        {
            "open_time": pd.date_range(start, periods=len(closes), freq=BAR, tz="UTC").as_unit(
                "ms"
            ),
            "open": opens,
            "high": np.maximum(opens, closes) if highs is None else highs,
            "low": np.minimum(opens, closes) if lows is None else lows,
            "close": closes,
            "volume": np.ones(len(closes)) if volumes is None else volumes,
        }
    )


def last(name, frame):
    with np.errstate(all="ignore"):
        return COMPUTE[name](Bars.from_candles(frame, BAR))[-1]


def test_a_return_of_three_bars_is_the_log_of_the_ratio():
    assert last("log_return_3", candles([100, 90, 95, 110])) == pytest.approx(np.log(1.1))


def test_a_return_longer_than_the_history_is_not_known():
    assert np.isnan(last("log_return_288", candles([100, 101])))


def test_the_shape_of_a_bar_is_told_in_shares_of_its_range():
    bar = candles([106.0], opens=[102.0], highs=[110.0], lows=[100.0])
    assert last("bar_body", bar) == pytest.approx(0.4)
    assert last("upper_shadow", bar) == pytest.approx(0.4)
    assert last("lower_shadow", bar) == pytest.approx(0.2)
    assert last("close_location", bar) == pytest.approx(0.6)
    assert last("bar_range", bar) == pytest.approx(np.log(1.1))


def test_the_open_gap_is_measured_from_the_close_before():
    assert last("open_gap", candles([100, 103], opens=[100, 101])) == pytest.approx(np.log(1.01))


def test_a_straight_walk_is_fully_efficient_and_a_return_to_the_start_not_at_all():
    rising = candles(1.01 ** np.arange(13))
    assert last("efficiency_12", rising) == pytest.approx(1.0)
    swinging = candles([100, 101] * 6 + [100])
    assert last("efficiency_12", swinging) == pytest.approx(0.0, abs=1e-9)


def test_the_slope_of_exponential_growth_is_its_rate():
    assert last("slope_24", candles(np.exp(0.002 * np.arange(24)))) == pytest.approx(0.002)


def test_the_bollinger_position_counts_sample_deviations():
    # 19 closes of 100 and one of 120: mean 101, sample variance (19 * 1 + 19^2) / 19 = 20
    frame = candles([100.0] * 19 + [120.0])
    assert last("bollinger_position_20", frame) == pytest.approx(19 / np.sqrt(20))
    assert last("bollinger_width_20", frame) == pytest.approx(np.sqrt(20) / 101)


def test_signed_volume_weighs_rises_against_falls():
    # The first 9 bars stand still; then 30 traded rising, 10 falling, 60 standing still
    closes = [100] * 10 + [101, 100, 100]
    volumes = [0.0] * 10 + [30.0, 10.0, 60.0]
    assert last("signed_volume_12", candles(closes, volumes=volumes)) == pytest.approx(0.2)


def test_the_money_flow_ignores_bars_that_do_not_move():
    closes = [100.0] * 13 + [110.0, 100.0]
    volumes = [5.0] * 13 + [1.0, 1.0]
    flow = last("money_flow_14", candles(closes, volumes=volumes))
    assert flow == pytest.approx(110 / 210)


def test_the_volume_weighted_price_leans_to_where_was_traded():
    volumes = [0.0] * 46 + [1.0, 3.0]
    closes = [100.0] * 47 + [120.0]
    # (1 * 100 + 3 * 120) / 4 = 115
    distance = last("vwap_distance_48", candles(closes, volumes=volumes))
    assert distance == pytest.approx(np.log(120 / 115))


def test_idle_bars_are_counted():
    frame = candles([100.0] * 48, volumes=[0.0] * 12 + [1.0] * 36)
    assert last("idle_share_48", frame) == pytest.approx(0.25)


def test_absent_bars_are_counted_where_they_are_absent():
    frame = candles(np.linspace(100, 110, 100)).drop(index=[96, 97, 98]).reset_index(drop=True)
    assert last("gap_bars", frame) == 3.0
    assert last("absent_share_96", frame) == pytest.approx(3 / 96)
    assert last("gap_bars", frame.iloc[:-1]) == 0.0


@pytest.mark.parametrize(
    ("start", "hour", "weekday"),
    [
        ("2026-03-01 00:00", 0, 6),
        ("2026-03-02 06:55", 6, 0),
        ("2026-03-05 18:00", 18, 3),
        ("1970-01-01 23:55", 23, 3),
    ],
)
def test_the_calendar_goes_by_the_hour_and_by_the_weekday_from_monday(start, hour, weekday):
    frame = candles([100.0], start=start)
    assert last("hour_sine", frame) == pytest.approx(np.sin(2 * np.pi * hour / 24), abs=1e-12)
    assert last("hour_cosine", frame) == pytest.approx(np.cos(2 * np.pi * hour / 24), abs=1e-12)
    assert last("weekday_sine", frame) == pytest.approx(np.sin(2 * np.pi * weekday / 7))
    assert last("weekday_cosine", frame) == pytest.approx(np.cos(2 * np.pi * weekday / 7))


def test_an_hour_is_seen_when_it_has_closed_and_not_a_bar_earlier():
    # Three hours of 5-minute bars that close at 100, then 110, then 121, the last not yet closed
    hours = np.repeat([100.0, 110.0, 121.0], 12)
    before = candles(hours[:35])
    assert last("coarse_return_12", before) == pytest.approx(np.log(1.1))
    assert last("since_coarse_close_12", before) == pytest.approx(np.log(1.1))
    closed = candles(hours)
    assert last("coarse_return_12", closed) == pytest.approx(np.log(1.1))
    assert last("since_coarse_close_12", closed) == pytest.approx(0.0)
    assert np.isnan(last("coarse_return_12", candles(hours[:23])))
    assert last("coarse_return_12", candles(hours[:24])) == pytest.approx(np.log(1.1))


def test_the_range_of_an_hour_is_that_of_its_bars_alone():
    lows, highs = np.full(13, 100.0), np.full(13, 100.0)
    lows[3], highs[7], highs[12] = 80.0, 120.0, 500.0
    frame = candles([100.0] * 13, highs=highs, lows=lows)
    assert last("coarse_range_12", frame) == pytest.approx(np.log(120 / 80))
    assert last("coarse_location_12", frame) == pytest.approx(0.5)


def test_an_hour_in_which_nothing_traded_is_not_replaced_by_an_older_one():
    frame = candles(np.repeat([100.0, 110.0, 121.0], 12)).drop(index=range(12, 24))
    assert np.isnan(last("since_coarse_close_12", frame.iloc[:13].reset_index(drop=True)))
    assert np.isnan(last("coarse_return_12", frame.reset_index(drop=True)))
