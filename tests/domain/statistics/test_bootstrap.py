"""How sure a mean is."""

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.bootstrap import (
    bootstrap_means,
    default_block,
    mean_interval,
)

NOISE = np.random.default_rng(3).normal(0.1, 1, 2_000)


def test_independent_values_get_the_textbook_interval():
    found = mean_interval(NOISE, mean_block=1)
    reach = 1.96 * NOISE.std() / np.sqrt(2_000)
    assert found.mean == pytest.approx(NOISE.mean())
    assert found.lower == pytest.approx(NOISE.mean() - reach, abs=0.1 * reach)
    assert found.upper == pytest.approx(NOISE.mean() + reach, abs=0.1 * reach)


def test_values_repeated_tenfold_are_no_surer_than_they_were():
    once = mean_interval(NOISE[:200], mean_block=1)
    tenfold = mean_interval(np.repeat(NOISE[:200], 10))
    width = once.upper - once.lower
    assert tenfold.upper - tenfold.lower == pytest.approx(width, rel=0.2)


def test_the_same_seed_gives_the_same_means_and_another_seed_others():
    first, again, other = (bootstrap_means(NOISE, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_resample_has_as_many_values_as_the_series():
    # Of a constant, any resample of the right length has the same mean, whatever its blocks.
    assert bootstrap_means(np.full(97, 2.5), mean_block=7) == pytest.approx(2.5, abs=1e-12)
    # Blocks longer than the series turn it round the circle: the mean stays.
    whole = bootstrap_means(NOISE[:10], mean_block=1e9, n_resamples=50)
    assert whole == pytest.approx(NOISE[:10].mean())


def test_more_persistent_values_come_in_longer_blocks():
    assert default_block(NOISE) == pytest.approx(2_000 ** (1 / 3), rel=0.01)
    assert default_block(np.repeat(NOISE[:200], 10)) > 2 * default_block(NOISE)


def test_one_value_is_its_own_mean():
    found = mean_interval(np.array([0.3]))
    assert (found.lower, found.mean, found.upper) == (0.3, 0.3, 0.3)


def test_values_without_a_mean_are_refused():
    for values in (np.array([]), np.array([1.0, np.inf])):
        with pytest.raises(InvalidInput, match="at least one, all finite"):
            mean_interval(values)
