"""Outcomes: what became of a position entered after each bar, by the triple-barrier method.

The rules, for a bar that opens at t, with b the bar's length and h the horizon in bars:

- Entry is the open of the next bar, t + b. If that bar is absent there is no label: what happens
  behind a gap is not what the bar before it can tell. (Backtests and signals enter later then.)
- The barriers stand at entry times (1 ± width), the width known at the close of bar t.
- The deadline is t + b + h b. Bars that open in [t + b, deadline) are searched; absent ones are
  not there to touch anything.
- A bar that opens at or beyond a barrier is filled at that open, not at the barrier.
- A bar that reaches both barriers is resolved against us. Against a long that is the lower one,
  against a short the upper one, and the model may take either side, so neither wins: label 0,
  barrier `both`, and the return is one width lost, whichever the side (`side_returns`).
- At the deadline the position is closed at the close of the bar that ends there. If that bar is
  absent, at the open of the first present bar after it; if none opens within another h bars (the
  market was suspended), there is no label.
- A bar whose outcome is not decided by the last candle, or the last of its segment, has no row:
  what became of a position across a gap nobody believes, or across a step in the unit of prices,
  is not known.

`label_end` is the close time of the deciding bar, the moment at which the outcome is known: at
most t + b (1 + 2 h), and without absent bars at most t + b (1 + h). A label depends on no candle
that closes after its `label_end`.

References
----------
Lopez de Prado, M. (2018). Advances in Financial Machine Learning, section 3.4. Wiley.
"""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import MILLISECOND, FloatArray, milliseconds_of
from traderai_assets.domain.candles.segments import segments_of
from traderai_assets.domain.labels.barriers import MINIMUM_WIDTH, barrier_width

BARRIERS = ("upper", "lower", "time", "both")
# By the kernel's code; 0 is a row without an outcome
_NAMES = np.array(["", *BARRIERS], dtype=object)


def label_bars(
    candles: pd.DataFrame,
    *,
    bar: timedelta,
    horizon_bars: int,
    multiple: float,
    minimum_width: float = MINIMUM_WIDTH,
) -> pd.DataFrame:
    """Label every bar whose outcome the candles decide.

    Parameters
    ----------
    candles : DataFrame
        Closed bars, oldest first; absent bars are absent rows. Each segment is labelled alone.
    bar : timedelta
        Length of one bar.
    horizon_bars, multiple, minimum_width
        As in `barrier_width`.

    Returns
    -------
    DataFrame
        `open_time`, `label_end` (datetime64[ms, UTC]); `label` (int8): 1 upper barrier first, -1
        lower first, at the time barrier the sign of the return; `gross_return` of a long, as a
        fraction of its entry price, before costs; `barrier`; `width`, a fraction of price.
    """
    widths = barrier_width(
        candles, bar=bar, horizon_bars=horizon_bars, multiple=multiple, minimum_width=minimum_width
    )
    parts = [
        _label_segment(candles.iloc[rows], widths[rows], bar, horizon_bars)
        for rows in segments_of(candles)
    ]
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _label_segment(
    candles: pd.DataFrame, widths: FloatArray, bar: timedelta, horizon_bars: int
) -> pd.DataFrame:
    """Label the bars of one segment, with nothing before or after it."""
    from traderai_assets.domain.labels import kernel

    opens, highs, lows, closes = (
        np.ascontiguousarray(candles[side].to_numpy(np.float64))
        for side in ("open", "high", "low", "close")
    )
    bar_ms = bar // MILLISECOND
    open_ms = milliseconds_of(candles["open_time"])
    barrier, exit_row, exit_price = kernel.walk_to_barriers(
        open_ms, opens, highs, lows, closes, widths, bar_ms, horizon_bars * bar_ms
    )
    labelled = np.flatnonzero(barrier != kernel.NONE)
    barrier, exit_row, exit_price = (found[labelled] for found in (barrier, exit_row, exit_price))
    gross_return = exit_price / opens[labelled + 1] - 1.0
    label = np.sign(gross_return) * (barrier != kernel.BOTH)
    end_ms = (open_ms[exit_row] + bar_ms).astype("datetime64[ms]")
    return pd.DataFrame(
        {
            "open_time": candles["open_time"].iloc[labelled].reset_index(drop=True),
            "label_end": pd.Series(end_ms).dt.tz_localize("UTC"),
            "label": label.astype(np.int8),
            "gross_return": gross_return,
            "barrier": pd.Series(_NAMES[barrier], dtype="str"),
            "width": widths[labelled],
        }
    )


def side_returns(
    side: npt.NDArray[np.int8], label: npt.NDArray[np.int8], gross_return: FloatArray
) -> FloatArray:
    """What positions of these sides earned before costs, as a fraction of entry price.

    A row whose bar reached both barriers (label 0) loses its width on either side; side 0 earns
    nothing.
    """
    earned = np.where(label == 0, -np.abs(gross_return), side * gross_return)
    return np.where(side == 0, 0.0, earned)
