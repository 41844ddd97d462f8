"""What the kernels take beside bars and decisions: rules, ends of stretches, funding rates."""

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.layout import Rules
from traderai_assets.domain.errors import InvalidInput


def rules_of(costs: Costs, bar: timedelta, *, optimistic: bool) -> Rules:
    """Give the rules as floats: an integer 0 for a rate would be compiled for anew."""
    return Rules(milliseconds(bar), float(costs.fee_rate), float(costs.slippage_rate), optimistic)


def stretch_ends(starts: npt.ArrayLike | None, n_bars: int) -> npt.NDArray[np.int64]:
    """Rows before which the stretches beginning at `starts` end; the first begins at 0 anyway.

    Raises
    ------
    InvalidInput
        If the starts do not rise, or lie outside the bars.
    """
    begins = np.asarray([] if starts is None else starts, dtype=np.int64)
    if begins.size and (begins[0] < 0 or begins[-1] > n_bars or (np.diff(begins) <= 0).any()):
        raise InvalidInput(
            f"starts {begins.tolist()[:10]} of {n_bars} bars; expected rising row numbers"
        )
    return np.append(begins[begins > 0], n_bars)


def funding_rates(
    costs: Costs, funding: npt.ArrayLike | None, n_bars: int
) -> npt.NDArray[np.float64] | None:
    """Rate of each bar, until the next one opens; None where no bar has any.

    Raises
    ------
    InvalidInput
        If `funding` is not one finite rate per bar.
    """
    if funding is None:
        return np.full(n_bars, costs.funding_rate) if costs.funding_rate else None
    rates = np.ascontiguousarray(funding, dtype=np.float64)
    if rates.shape != (n_bars,) or not np.isfinite(rates).all():
        raise InvalidInput(
            f"funding rates of shape {rates.shape}, {int((~np.isfinite(rates)).sum())} of them not "
            f"finite, for {n_bars} bars; expected one finite rate per bar"
        )
    return rates if rates.any() else None
