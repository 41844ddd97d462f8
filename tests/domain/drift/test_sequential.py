"""A mean of losses that rises while values come one after the other."""

import numpy as np

from traderai_assets.domain.drift.sequential import mean_rose


def losses(seed, *parts):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(mean, 1.0, count) for mean, count in parts])


def test_a_rise_is_found_and_a_fall_is_none():
    assert mean_rose(losses(1, (0.0, 120), (1.0, 100)), known=120)
    assert not mean_rose(losses(1, (0.0, 120), (-1.0, 100)), known=120)


def test_what_stays_is_seldom_called_a_rise():
    assert sum(mean_rose(losses(seed, (0.0, 200)), known=100) for seed in range(40)) <= 3


def test_a_rise_within_what_is_known_is_not_judged():
    assert not mean_rose(losses(1, (0.0, 60), (3.0, 60)), known=120)


def test_too_little_and_what_never_varies_is_no_rise():
    assert not mean_rose(np.zeros(50))
    assert not mean_rose(losses(1, (0.0, 5), (9.0, 5)))
