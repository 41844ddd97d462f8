"""What ended signals earned after all costs, as a backtest says it of its trades."""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray, milliseconds, milliseconds_of
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.funding import funding_of
from traderai_assets.domain.errors import InvalidInput


def net_returns(
    outcomes: pd.DataFrame, candles: pd.DataFrame, *, bar: timedelta, costs: Costs
) -> FloatArray:
    """Return what each signal earned on what was put in, after fees, slippage and funding.

    Parameters
    ----------
    outcomes : DataFrame
        As `resolve_outcomes` gives them; entered and ended, none of them interrupted.
    candles : DataFrame
        Candles from the first decision to the last end, oldest first, as the outcomes were found
        with. Not looked at where the funding rate is 0.
    bar : timedelta
        Length of a bar.
    costs : Costs

    Returns
    -------
    ndarray of shape (n_outcomes,)
        As `Costs.net_return`, and so as `net_return` of a backtest's trades.

    Raises
    ------
    InvalidInput
        If the candles do not reach from a signal's own bar to the one that ended it.
    """
    side = outcomes["side"].to_numpy(np.float64)
    gross = outcomes["gross_return"].to_numpy(np.float64)
    if costs.funding_rate == 0 or outcomes.empty:
        return costs.net_return(side, gross)
    bars, step = Bars.of(candles), milliseconds(bar)
    entry = np.searchsorted(bars.open_time, milliseconds_of(outcomes["open_time"]) + step)
    last = np.searchsorted(bars.open_time, milliseconds_of(outcomes["ended_at"]) - step)
    _require_bars(outcomes, bars, entry, last, step)
    opens = bars.open[entry]
    price = opens * (1 + side * gross)
    # Where the bar closed as it opened, an end by time is taken for one at the close
    by_time = (outcomes["status"] == "expired").to_numpy()
    at_close = np.isclose(price, bars.close[last], rtol=1e-12, atol=0)
    at_open = np.isclose(price, bars.open[last], rtol=1e-12, atol=0) & ~(by_time & at_close)
    due = funding_of(bars, entry, last, at_open, bar=step, rate=costs.funding_rate)
    fill = opens * (1 + side * costs.slippage_rate)
    return costs.net_return(side, gross, funding=side * due / fill)


def _require_bars(
    outcomes: pd.DataFrame, bars: Bars, entry: IntArray, last: IntArray, step: int
) -> None:
    closes = np.append(bars.open_time, -1)[np.minimum(last, bars.open_time.size)] + step
    unknown = (entry == 0) | (closes != milliseconds_of(outcomes["ended_at"]))
    if unknown.any():
        signal = outcomes.iloc[int(np.argmax(unknown))]
        raise InvalidInput(
            f"the candles do not hold the signal of {signal['open_time']:%Y-%m-%d %H:%M} UTC, "
            f"which ended at {signal['ended_at']:%Y-%m-%d %H:%M} UTC; give those that its outcome "
            "was found with"
        )
