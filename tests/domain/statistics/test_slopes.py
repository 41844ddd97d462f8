"""Slopes with a bound that the best of many candidates keeps."""

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.slopes import BlockSums, Slopes, bounded_slopes


def slopes(forecast, outcomes, block, **settings) -> Slopes:
    sums = [BlockSums.of(forecast, outcome, block) for outcome in outcomes]
    return bounded_slopes(BlockSums.joined(sums), **({"confidence": 0.95} | settings))


def test_a_slope_is_that_of_least_squares_through_the_origin():
    forecast, block = np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1])
    found = slopes(forecast, [np.array([2.0, 2.0, 4.0])], block)
    # Of 2, 4 and 12 together over 1, 4 and 9
    assert found.slope.tolist() == pytest.approx([18 / 14])
    # 6 and 12 a block: 18 over the root of 36 + 144
    assert found.statistic.tolist() == pytest.approx([18 / np.sqrt(180)])
    assert found.blocks == 2


def test_even_odds_take_from_the_best_of_two_what_the_best_exceeds_its_own_by():
    """Two blocks of 3 and 1, or of 1 and 3: signs give -4, and 2 and -2 in either order."""
    block, ones = np.arange(2), np.ones(2)
    alone = slopes(ones, [np.array([3.0, 1.0])], block)
    # Even odds are at -2 over the root of 10: nothing is taken
    assert (alone.fair.tolist(), alone.slope.tolist()) == ([2.0], [2.0])
    assert alone.error.tolist() == pytest.approx([np.sqrt(10) / 2])
    both = slopes(ones, [np.array([3.0, 1.0]), np.array([1.0, 3.0])], block)
    # The best of both has 2 at even odds: (4 - 2b)^2 = .4 ((3 - b)^2 + (1 - b)^2) at b = 1.5
    assert both.fair.tolist() == pytest.approx([1.5, 1.5])
    assert both.slope.tolist() == [2.0, 2.0]


def test_what_is_not_known_counts_nowhere():
    forecast, block = np.array([1.0, 5.0, 3.0]), np.array([0, 1, 2])
    found = slopes(forecast, [np.array([2.0, np.nan, 6.0])], block)
    assert found.slope.tolist() == [2.0]
    assert found.blocks == 2


def test_few_blocks_are_never_sure():
    """Of four blocks one draw of signs in sixteen is as good as the best: no 95 per cent."""
    block = np.arange(4)
    found = slopes(np.ones(4), [np.ones(4)], block)
    assert (found.critical, found.lower.tolist()) == (np.inf, [0.0])
    assert slopes(np.ones(8), [np.ones(8)], np.arange(8)).lower[0] > 0.9


def test_the_bound_is_the_least_slope_that_the_test_would_not_refuse():
    dice = np.random.default_rng(1)
    block = np.repeat(np.arange(30), 20)
    forecast = dice.random(600)
    outcome = forecast + dice.standard_normal(600)
    found = slopes(forecast, [outcome], block)
    assert 0.0 < found.lower[0] < found.slope[0]
    for shift, refused in ((-1e-6, True), (1e-6, False)):
        rest = outcome - (found.lower[0] + shift) * forecast
        products = np.bincount(block, forecast * rest)
        statistic = products.sum() / np.sqrt((products**2).sum())
        assert (statistic > found.critical) == refused


def test_the_more_is_tried_the_more_is_asked():
    dice = np.random.default_rng(2)
    block, forecast = np.repeat(np.arange(40), 10), dice.random(400)
    outcomes = 0.3 * forecast + dice.standard_normal((30, 400))
    alone, among = slopes(forecast, outcomes[:1], block), slopes(forecast, outcomes, block)
    assert among.critical > alone.critical
    assert among.lower[0] <= alone.lower[0]
    # Copies of one candidate are one candidate
    copies = slopes(forecast, [outcomes[0]] * 30, block)
    assert copies.critical == alone.critical


@pytest.mark.parametrize(
    ("markets", "most"),
    [(300, 9), pytest.param(3_000, 45, marks=pytest.mark.torture)],
)
def test_of_driftless_markets_no_more_are_believed_than_is_asked(markets, most):
    """At 99 %, ten candidates tied to each other: one in a hundred and what chance adds to it."""
    believed = 0
    for seed in range(markets):
        dice = np.random.default_rng(seed)
        block = np.repeat(np.arange(25), 12)
        forecast = np.abs(dice.standard_normal(300))
        common = dice.standard_t(4, 300)
        outcomes = common + 0.5 * dice.standard_normal((10, 300))
        found = slopes(forecast, outcomes, block, confidence=0.99, seed=seed, n_flips=1_000)
        believed += bool((found.lower > 0).any())
    assert believed <= most


def test_the_same_seed_gives_the_same_bits_and_nothing_gives_nothing():
    dice = np.random.default_rng(3)
    forecast, outcome, block = dice.random(90), dice.standard_normal(90), np.arange(90) // 3
    first, again = (slopes(forecast, [outcome], block, seed=5) for _ in range(2))
    assert first.critical == again.critical
    empty = slopes(np.empty(0), [np.empty(0)], np.empty(0, np.int64))
    assert (empty.slope.tolist(), empty.lower.tolist(), empty.blocks) == ([0.0], [0.0], 0)
    idle = slopes(np.zeros(90), [outcome], block)
    assert (idle.slope.tolist(), idle.lower.tolist()) == ([0.0], [0.0])


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(InvalidInput, match=r"outcomes of shape \(3,\)"):
        BlockSums.of(np.ones(2), np.ones(3), np.zeros(2, np.int64))
    with pytest.raises(InvalidInput, match=r"confidence 1\.0"):
        slopes(np.ones(2), [np.ones(2)], np.arange(2), confidence=1.0)
