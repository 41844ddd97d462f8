"""Markets in which a strategy shall not speak."""

import numpy as np
import pytest

from tests.domain.strategies.days import market, noise, record
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.vetoes import market_vetoes

CRITERIA = StrategyCriteria()


def vetoes(*frames):
    return {veto.market: veto for veto in market_vetoes(record(*frames), CRITERIA)}


def test_a_market_that_surely_loses_is_vetoed_and_the_others_are_not():
    good = [market(noise(400, seed, mean=3), name=f"good {seed}") for seed in range(4)]
    found = vetoes(*good, market(noise(400, 9, mean=-6), name="bad"))
    assert [name for name, veto in found.items() if veto.vetoed] == ["bad"]
    assert found["bad"].upper < 0
    assert "below 0" in found["bad"].reason
    # Of what it earned by itself, 0.01 x -6 / root(365) a day over a volatility of 0.01, drawn up
    assert found["bad"].mean == pytest.approx(-6 / np.sqrt(365), abs=0.03)
    assert found["bad"].mean < found["bad"].shrunk < 0


def test_a_market_that_may_be_unlucky_is_believed_as_the_others_are():
    good = [market(noise(400, seed, mean=2), name=f"good {seed}") for seed in range(6)]
    unlucky = vetoes(*good, market(noise(400, 9, mean=-0.5), name="unlucky"))["unlucky"]
    assert not unlucky.vetoed
    assert unlucky.mean < 0 < unlucky.shrunk


def test_a_market_that_lost_half_is_vetoed_though_it_earned_since():
    values = np.concatenate([noise(100, 1), np.full(10, -0.08), noise(400, 2, mean=6)])
    found = vetoes(market(values))["one"]
    assert found.upper > 0
    assert found.vetoed
    assert found.reason.startswith("it lost 5") or found.reason.startswith("it lost 6")


def test_a_market_of_few_days_or_without_a_trade_says_nothing():
    found = vetoes(
        market(noise(79, 1, mean=-9), name="new"),
        market(np.zeros(400), name="silent"),
        market(noise(80, 1, mean=1), name="known"),
    )
    assert (found["new"].mean, found["silent"].mean) == (None, None)
    assert not found["new"].vetoed
    assert not found["silent"].vetoed
    assert found["known"].mean is not None
    assert found["new"].days == 59
