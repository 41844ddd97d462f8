"""Whether a model earns less than its record gave reason to expect."""

import json

import numpy as np
import pytest

from traderai_assets.domain.drift.performance import Expectation, performance_drift


def returns(mean, n_trades, seed):
    return np.random.default_rng(seed).normal(mean, 0.01, n_trades)


PROMISED = returns(0.002, 400, 1)
RECORD = Expectation.from_returns(PROMISED)


def statuses(net_returns, expectation=RECORD, **options):
    found = performance_drift(expectation, net_returns, promised=PROMISED, **options)
    return dict(zip(found["feature"], found["status"], strict=True))


def test_a_model_that_goes_on_as_it_was_is_stable():
    assert statuses(returns(0.002, 200, 2)) == {
        "hit_rate": "stable",
        "mean_net_return": "stable",
        "net_return_watched": "stable",
    }


def test_a_model_that_lost_its_edge_has_drifted_in_both():
    assert set(statuses(returns(-0.002, 400, 2)).values()) == {"drifted"}


def test_earning_more_than_expected_is_no_drift():
    assert set(statuses(returns(0.01, 400, 2)).values()) == {"stable"}


@pytest.mark.slow
def test_no_drift_is_seldom_called_drift():
    alarms = sum("drifted" in statuses(returns(0.002, 150, seed)).values() for seed in range(30))
    assert alarms <= 2


def test_few_trades_on_either_side_are_not_judged():
    bad = returns(-0.02, 29, 2)
    assert set(statuses(bad).values()) == {"insufficient"}
    assert set(statuses(bad, min_trades=29).values()) == {"drifted"}
    short = Expectation.from_returns(returns(0.02, 10, 1))
    assert set(statuses(returns(-0.02, 100, 2), short).values()) == {"insufficient"}


def test_a_model_that_never_traded_promises_nothing():
    found = performance_drift(None, np.array([]))
    assert found["status"].tolist() == ["insufficient"] * 3
    assert found["expected"].isna().all()
    assert found["rows"].tolist() == [0, 0, 0]


def test_trades_without_a_hit_do_not_make_the_hit_rate_certain():
    record = Expectation.from_returns(np.full(20, -0.01))
    assert record.hit_rate.mean == 0
    # Wilson, 90 %: z^2 / (n + z^2) = 2.7055 / 22.7055.
    assert record.hit_rate.upper == pytest.approx(0.11916, abs=1e-5)


def test_trades_that_hang_together_make_a_wider_interval():
    apart = Expectation.from_returns(returns(0.0, 100, 3)).hit_rate
    together = Expectation.from_returns(np.repeat(returns(0.0, 100, 3)[:20], 5)).hit_rate
    assert together.upper - together.lower > 1.5 * (apart.upper - apart.lower)


def test_an_expectation_survives_the_card_unchanged():
    assert Expectation.from_json(json.loads(json.dumps(RECORD.to_json()))) == RECORD
