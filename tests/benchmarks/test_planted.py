"""Planted markets: pure functions of their seed, with the edge that is planted and no other."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.planted import DAYS, NOISE, PAYABLE, START, UNPAYABLE, planted_market

WARM_UP = 500
SEEDS = range(8)


@pytest.fixture(scope="module")
def markets():
    return {
        edge.name: [planted_market(edge, seed, warm_up_bars=WARM_UP) for seed in SEEDS]
        for edge in (NOISE, PAYABLE, UNPAYABLE)
    }


def test_a_market_is_thirty_days_of_whole_candles_and_its_warm_up(markets):
    candles = markets[PAYABLE.name][0].candles
    assert len(candles) == WARM_UP + DAYS * 288
    assert candles["open_time"].dtype == "datetime64[ms, UTC]"
    assert candles["open_time"][WARM_UP] == pd.Timestamp(START)
    assert (candles["high"] >= candles[["open", "close"]].max(axis=1)).all()
    assert (candles["low"] <= candles[["open", "close"]].min(axis=1)).all()
    assert (candles["low"] > 0).all()
    assert (candles["volume"] > 0).all()


def test_the_same_seed_is_the_same_market_and_another_is_another(markets):
    again = planted_market(NOISE, 1, warm_up_bars=WARM_UP).candles
    pd.testing.assert_frame_equal(again, markets[NOISE.name][1].candles)
    assert not again["close"].equals(markets[NOISE.name][2].candles["close"])


@pytest.mark.parametrize(
    ("edge", "expected", "tolerance"),
    # 8 markets of about 700 independent hours: a standard error of 0.013, more with the edge
    [(NOISE, 0.0, 0.045), (PAYABLE, 0.61, 0.06), (UNPAYABLE, 0.10, 0.045)],
)
def test_the_pressure_forecasts_the_next_hour_as_well_as_planted(
    markets, edge, expected, tolerance
):
    found = np.mean([market.information_coefficient() for market in markets[edge.name]])
    assert found == pytest.approx(expected, abs=tolerance)


def test_what_is_below_its_cost_would_not_pay_even_one_who_knew_the_pressure(markets):
    # Regress the next hour on the pressure: the mean move of even the strongest thousandth of
    # hours stays below the 12 basis points that a round trip costs.
    moves, pressures = [], []
    for market in markets[UNPAYABLE.name]:
        level = np.log(market.candles["close"].to_numpy())
        moves.append(level[12:] - level[:-12])
        pressures.append(market.pressure[:-12])
    pressure = np.concatenate(pressures)
    slope = np.polyfit(pressure, np.concatenate(moves), 1)[0]
    assert slope * np.quantile(np.abs(pressure), 0.999) < 0.0012


def test_noise_shows_no_pressure_in_its_volume(markets):
    for market in markets[NOISE.name]:
        candles = market.candles
        signed = np.sign(candles["close"] - candles["open"]) * candles["volume"]
        share = signed.rolling(12).sum() / candles["volume"].rolling(12).sum()
        coming = np.log(candles["close"].shift(-12) / candles["close"])
        assert abs(share.corr(coming)) < 0.15  # Five standard errors of 700 hours, and fat tails
