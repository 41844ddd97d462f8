"""What holds for every feature of the catalogue, whichever it is."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.month import warm_up_bars

BY_NAME = {spec.name: spec for spec in CATALOGUE}
BAR = timedelta(minutes=5)
every_feature = pytest.mark.parametrize("name", BY_NAME)


def computed(spec, candles):
    with np.errstate(all="ignore"):
        values = np.array(spec.compute(Bars.from_candles(candles, BAR)), dtype=np.float64)
    values[: spec.warm_up_bars] = np.nan
    return values


def test_the_catalogue_is_broad_and_each_name_stands_once():
    assert len(CATALOGUE) >= 60
    assert Counter(spec.name for spec in CATALOGUE).most_common(1)[0][1] == 1
    assert len({spec.group for spec in CATALOGUE}) >= 6


def test_the_warm_up_of_a_month_fits_six_hundred_bars():
    assert max(spec.warm_up_bars for spec in CATALOGUE) == 288
    assert warm_up_bars() == 576


@every_feature
def test_a_feature_says_what_it_measures(name):
    assert BY_NAME[name].description.endswith(".")
    assert BY_NAME[name].description[0].isupper()


@every_feature
def test_a_feature_is_defined_right_after_its_warm_up(name, wander):
    spec = BY_NAME[name]
    values = computed(spec, wander("2026-03-01", 400, bar=BAR))
    assert np.isfinite(values[spec.warm_up_bars :]).all()


@every_feature
def test_a_feature_takes_a_single_candle_and_a_dead_market(name, wander):
    single = wander("2026-03-01", 1, bar=BAR)
    assert computed(BY_NAME[name], single).shape == (1,)
    dead = wander("2026-03-01", 700, bar=BAR).assign(
        open=5.0, high=5.0, low=5.0, close=5.0, volume=0.0
    )
    values = computed(BY_NAME[name], dead)
    assert values.shape == (700,)
    assert not (np.abs(values) > 1e6).any()


@every_feature
def test_a_feature_does_not_know_the_currency_unit(name, wander):
    """A power of two changes no mantissa, so the very bits must agree."""
    candles = wander("2026-03-01", 700, bar=BAR, absent_share=0.05)
    tiny = candles.copy()
    tiny[["open", "high", "low", "close"]] *= 2.0**-40
    same = computed(BY_NAME[name], candles), computed(BY_NAME[name], tiny)
    assert same[0].tobytes() == same[1].tobytes()


@every_feature
def test_a_feature_does_not_carry_the_price_level(name, wander):
    """After prices have tripled for good, a ratio looks as it did; a level would triple."""
    candles = wander("2026-03-01", 1200, bar=BAR)
    tripled = candles.copy()
    prices = ["open", "high", "low", "close"]
    tripled.loc[300:, prices] *= 3.0
    before, after = (computed(BY_NAME[name], frame)[900:] for frame in (candles, tripled))
    assert after == pytest.approx(before, rel=1e-3, abs=1e-3)
