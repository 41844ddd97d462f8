"""Resampled accounts: what blocks of the same returns might have come to."""

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.account_bands import QUANTILES, account_bands
from traderai_assets.domain.statistics.bootstrap import resampled_places


def test_returns_that_are_all_alike_leave_one_account():
    found = account_bands(np.full(10, 0.1), n_paths=20)
    assert found.quantiles == pytest.approx(np.tile(1.1 ** np.arange(11), (len(QUANTILES), 1)))
    assert found.drawdowns == pytest.approx(np.zeros(20))


def test_the_quantiles_of_the_end_are_those_of_the_finals():
    returns = np.random.default_rng(5).normal(0.001, 0.02, 300)
    found = account_bands(returns, n_paths=200, seed=3)
    assert found.quantiles[:, -1] == pytest.approx(np.quantile(found.finals, QUANTILES))
    assert (np.diff(found.quantiles, axis=0) >= 0).all()
    assert (found.quantiles[:, 0] == 1.0).all()


def test_the_same_seed_makes_the_same_bands():
    returns = np.random.default_rng(5).normal(0, 0.02, 50)
    one, other, third = (account_bands(returns, n_paths=20, seed=seed) for seed in (1, 1, 2))
    assert (one.finals == other.finals).all()
    assert (one.finals != third.finals).any()


def test_a_total_loss_leaves_nothing():
    assert account_bands(np.array([-1.0]), n_paths=5).finals == pytest.approx(np.zeros(5))


@pytest.mark.parametrize("returns", [[], [np.nan], [-1.5]])
def test_what_is_no_return_is_refused(returns):
    with pytest.raises(InvalidInput, match="not finite or below -1"):
        account_bands(np.array(returns, float))


def test_blocks_follow_each_other_in_the_series_and_fill_it():
    places = resampled_places(np.random.default_rng(0), 1_000, 50.0)
    assert places.shape == (1_000,)
    assert set(places) <= set(range(1_000))
    steps = (np.diff(places) % 1_000) == 1
    # 1,000 rows in blocks of 50: some twenty of 999 steps lead to another block
    assert 0.96 < steps.mean() < 0.995
