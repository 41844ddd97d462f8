"""Many policies over the same predictions: one account each, in one compiled call."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine_inputs import funding_rates, rules_of, stretch_ends
from traderai_assets.domain.errors import InvalidInput

if TYPE_CHECKING:
    from traderai_assets.domain.backtest.policy import Policy, Pricing


# numba's own thread pool, `workqueue`, is always there, survives a fork and does not spin where
# cores are busy (GNU OpenMP is none of that), but ends the process when two threads launch at once.
# One launch at a time is as fast anyway: each uses all cores.
# https://numba.readthedocs.io/en/stable/user/threading-layer.html
_ONE_LAUNCH = threading.Lock()

WORTH_THREADS = 500_000
"""Policies times bars, some 3 ms: below that, waking threads on busy cores takes longer."""


class PolicyResults(NamedTuple):
    """What each policy would have made of the same predictions.

    Attributes
    ----------
    returns : ndarray of shape (n_policies, n_bars)
        Of the account, per bar, after costs.
    trades : ndarray of shape (n_policies,)
        How many there were.
    """

    returns: FloatArray
    trades: npt.NDArray[np.int64]


def evaluate_policies(
    bars: Bars,
    probability: FloatArray,
    width: FloatArray,
    policies: Sequence[tuple["Policy", "Pricing"]],
    *,
    bar: timedelta,
    horizon_bars: int,
    costs: Costs,
    starts: npt.ArrayLike | None = None,
    funding: FloatArray | None = None,
) -> PolicyResults:
    """Trade the same predictions under each policy, exactly as `decide` and `run_backtest` would.

    Parameters
    ----------
    bars : Bars
        Closed candles of one market; a caller with many calls takes them apart once.
    probability, width : ndarray of shape (n_bars,)
        As `decide` takes them, known at each bar's close.
    policies : sequence of (Policy, Pricing)
        One account each.
    bar, costs, starts, funding
        As in `run_backtest`. The cost of the policies' rule is `costs.round_trip`.
    horizon_bars : int
        Bars from a decision to the time exit.

    Raises
    ------
    InvalidInput
        If the arrays do not fit the bars, or the horizon is not positive.
    """
    import numba

    from traderai_assets.domain.backtest import account_kernel

    n_bars = bars.open_time.size
    if probability.shape != (n_bars,) or width.shape != (n_bars,):
        raise InvalidInput(
            f"probabilities of shape {probability.shape} and widths of shape {width.shape} for "
            f"{n_bars} bars; expected one of each per bar"
        )
    if horizon_bars < 1:
        raise InvalidInput(f"horizon_bars {horizon_bars}; expected at least 1")
    rows = [(p.margin, p.target, p.stop, p.full_size_edge, priced.lower) for p, priced in policies]
    table = np.array(rows, dtype=np.float64)
    returns = np.empty((len(policies), n_bars))
    trades = np.zeros(len(policies), np.int64)
    given = (
        bars,
        np.ascontiguousarray(probability, dtype=np.float64),
        np.ascontiguousarray(width, dtype=np.float64),
        np.full(n_bars, horizon_bars, np.int64),
        float(costs.round_trip),
    )
    rules = rules_of(costs, bar, optimistic=False)
    around = (rules, funding_rates(costs, funding, n_bars), stretch_ends(starts, n_bars))
    if returns.size < WORTH_THREADS:
        for row, policy in enumerate(table):
            trades[row] = account_kernel.walk_policy(*given, policy, *around, returns[row])
        return PolicyResults(returns, trades)
    with _ONE_LAUNCH:
        if numba.config.THREADING_LAYER == "default":  # Of no effect once any layer has started
            numba.config.THREADING_LAYER = "workqueue"
        account_kernel.walk_policies(
            *given, table.reshape(len(policies), 5), *around, returns, trades
        )
    return PolicyResults(returns, trades)
