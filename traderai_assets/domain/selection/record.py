"""The record a model is judged by: what it earned unseen, and all that was tried to arrive at it.

What is measured on it: measures. What it must show: verdict.
"""

from dataclasses import dataclass, field

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class SelectionRecord:
    """Returns on bars that decided nothing, and the search that chose what earned them.

    Attributes
    ----------
    returns : ndarray of shape (n_bars,)
        Return of the account over each bar of the test slices, after costs, in time order; 0 where
        it held nothing.
    buy_and_hold : ndarray of shape (n_bars,)
        Return of the market over the same bars.
    trades : int
        Trades made over these bars.
    bars_per_year : float
        Bars of this length in a year of trading.
    n_trials : int
        Every configuration that was tried, of both stages: completed, pruned and failed.
    trial_sharpes : ndarray of shape (n_measured,)
        Sharpe ratio per period of the trials that have one, each over whatever it was chosen by;
        reported, not decided by.
    policy_returns : ndarray of shape (n_policies, n_selection_bars)
        Return of the account over each bar of the slices of selection under every policy trial.
        Fewer than two policies: there was nothing to choose, and no overfitting to measure.

    Raises
    ------
    InvalidInput
        If shapes do not fit together, a value is not finite or a count is impossible.
    """

    returns: FloatArray
    buy_and_hold: FloatArray
    trades: int
    bars_per_year: float
    n_trials: int
    trial_sharpes: FloatArray = field(default_factory=lambda: np.empty(0))
    policy_returns: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    def __post_init__(self) -> None:
        shapes = {
            "returns": (self.returns, 1),
            "buy_and_hold": (self.buy_and_hold, 1),
            "trial_sharpes": (self.trial_sharpes, 1),
            "policy_returns": (self.policy_returns, 2),
        }
        for name, (values, dimensions) in shapes.items():
            if values.ndim != dimensions:
                raise InvalidInput(
                    f"{name} has {values.ndim} dimensions; expected {dimensions}, see "
                    "SelectionRecord"
                )
            strange = int((~np.isfinite(values)).sum())
            if strange:
                raise InvalidInput(
                    f"{strange} of {values.size} values of {name} are not finite; a bar without a "
                    "position earns 0, a trial without a value is left out (and counted)"
                )
        if self.returns.size != self.buy_and_hold.size:
            raise InvalidInput(
                f"{self.returns.size} returns against {self.buy_and_hold.size} of buy-and-hold; "
                "take both over the same test bars"
            )
        for name, value, least in (("trades", self.trades, 0), ("n_trials", self.n_trials, 1)):
            if value < least:
                raise InvalidInput(f"{name} = {value!r}; expected at least {least}")
        if not 0 < self.bars_per_year < np.inf:
            raise InvalidInput(
                f"bars_per_year = {self.bars_per_year!r}; expected a year over the length of a bar"
            )
