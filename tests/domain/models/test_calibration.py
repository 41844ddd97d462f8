"""Platt scaling with its priors."""

import numpy as np
import pytest

from traderai_assets.domain.models.calibration import PlattScaling, fit_platt


def drawn(slope, intercept, rows=20_000, seed=0):
    random = np.random.default_rng(seed)
    log_odds = random.normal(size=rows)
    up = random.random(rows) < PlattScaling(slope, intercept).probability(log_odds)
    return log_odds, up.astype(np.float64)


def test_slope_and_intercept_are_recovered_from_enough_rows():
    log_odds, target = drawn(0.5, -0.3)
    fitted = fit_platt(log_odds, target, np.ones(len(target)))
    assert fitted.slope == pytest.approx(0.5, abs=0.05)
    assert fitted.intercept == pytest.approx(-0.3, abs=0.05)


def test_a_learner_that_is_wrong_is_silenced_not_turned_around():
    log_odds, target = drawn(-2.0, 0.0)
    assert fit_platt(log_odds, target, np.ones(len(target))).slope == 0.0


def test_rows_worth_nothing_leave_the_learner_as_it_is():
    log_odds, target = drawn(0.0, 3.0, rows=400)
    fitted = fit_platt(log_odds, target, np.full(400, 1e-9))
    assert (fitted.slope, fitted.intercept) == pytest.approx((1.0, 0.0), abs=1e-4)


def test_rises_alone_move_the_intercept_by_what_they_are_worth():
    # Worth four rows: 4 (1 - p) = b / 0.2^2 with p = 1 / (1 + exp(-b)) holds at b = 0.0769
    fitted = fit_platt(np.zeros(400), np.ones(400), np.full(400, 0.01))
    assert fitted.intercept == pytest.approx(0.0769, abs=2e-4)
    assert fitted.slope == pytest.approx(1.0)


def test_a_learner_that_never_split_gives_the_base_rate():
    target = np.array([1.0, 0.0] * 50)
    fitted = fit_platt(np.full(100, 0.2), target, np.ones(100))
    assert fitted.probability(np.array([0.2]))[0] == pytest.approx(0.5, abs=0.04)


def test_extreme_scores_neither_overflow_nor_leave_the_unit_interval():
    told = PlattScaling(1.0, 0.0).probability(np.array([-1e6, -800.0, 0.0, 800.0, 1e6]))
    assert told.tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert PlattScaling(2.0, 1.0).probability(np.array([1.0]))[0] == pytest.approx(
        1 / (1 + np.exp(-3.0))
    )
