"""Account bands: where an account might stand, had its days come in another order of blocks."""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.bootstrap import default_block, resampled_places

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
N_PATHS = 500


@dataclass(frozen=True)
class AccountBands:
    """What resampled accounts come to.

    Attributes
    ----------
    quantiles : ndarray of shape (n_quantiles, n_returns + 1)
        Of the accounts after each return, their start of 1 included.
    drawdowns : ndarray of shape (n_paths,)
        Largest loss from a peak of each, a fraction.
    finals : ndarray of shape (n_paths,)
        Value of each in the end.
    """

    quantiles: FloatArray
    drawdowns: FloatArray
    finals: FloatArray


def account_bands(returns: FloatArray, *, n_paths: int = N_PATHS, seed: int = 0) -> AccountBands:
    """Draw accounts from blocks of the returns (stationary bootstrap) and take quantiles of them.

    Parameters
    ----------
    returns : ndarray of shape (n_returns,)
        Fractions, in time order, finite, at least -1.
    n_paths : int, default=500
    seed : int, default=0
        Same seed, same bands.

    Raises
    ------
    InvalidInput
        If there is no return, or one is not finite or below -1.
    """
    wrong = ~np.isfinite(returns) | (returns < -1.0)
    if not returns.size or wrong.any():
        raise InvalidInput(
            f"{returns.size} returns, {int(wrong.sum())} of them not finite or below -1; bands "
            "need at least one, all of them returns"
        )
    rng, block = np.random.default_rng(seed), default_block(returns)
    accounts = np.empty((n_paths, returns.size + 1))
    accounts[:, 0] = 1.0
    for path in range(n_paths):
        places = resampled_places(rng, returns.size, block)
        np.cumprod(1.0 + returns[places], out=accounts[path, 1:])
    peaks = np.maximum.accumulate(accounts, axis=1)
    return AccountBands(
        quantiles=np.quantile(accounts, QUANTILES, axis=0),
        drawdowns=(1.0 - accounts / peaks).max(axis=1),
        finals=accounts[:, -1].copy(),
    )
