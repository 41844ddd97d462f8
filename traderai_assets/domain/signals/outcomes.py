"""How signals ended: a pure function of the candles that had closed, so that it never changes.

Each signal is judged on its own, as if it were the only position; what an account would have made
of them is the backtest's question.
"""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, milliseconds, milliseconds_of
from traderai_assets.domain.backtest.bars import Bars, utc_times
from traderai_assets.domain.backtest.layout import OPEN
from traderai_assets.domain.candles.price_steps import LEAST_JUMP
from traderai_assets.domain.candles.segments import segment_starts, venue_scale
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.months import Month
from traderai_assets.domain.signals.levels import Levels, levels_of_signals

IntArray = npt.NDArray[np.integer[Any]]
STATUSES = np.array(["open", "target", "stop", "expired", "interrupted"])
"""By the numbers of `backtest.layout`, and what has no number there."""
INTERRUPTED = len(STATUSES) - 1


def resolve_outcomes(
    signals: pd.DataFrame, candles: pd.DataFrame, *, bar: timedelta, as_of: datetime
) -> pd.DataFrame:
    """Say of each signal how it stood once the candles up to `as_of` had closed.

    The position is entered at the open of the first bar after the decision and walks as in a
    backtest, with target and stop at the signal's distances from that open: both in one bar counts
    as the stop, a bar that opens beyond either ends it at that open. Where the next bar is absent
    the entry is the open of the first that is there before the validity is over. A signal is over
    when a candle says so: without candles it stays open, however late `as_of` is, so a clock that
    runs wrong ends nothing and revives nothing. An absent bar that is stored later is a revision
    and may change what followed.

    Parameters
    ----------
    signals : DataFrame
        As `generate_signals` gives them, in the prices of the venue. Null distances are of before
        there were any: such a signal is held to the prices that it said.
    candles : DataFrame
        Candles from the first decision on, oldest first; those that close after `as_of` are not
        looked at. A signal that is open where a segment ends (`candles.segments`), or whose own
        bar has been given prices in another unit since, is interrupted: what its position was
        worth is not known.
    bar : timedelta
        Length of a bar.
    as_of : datetime
        The moment asked about.

    Returns
    -------
    DataFrame
        One row per signal: open_time, model_id, side, status ('target', 'stop', 'expired',
        'interrupted' or 'open'), ended_at (close of the bar that decided; NaT while open),
        entry_price (the open it was entered at), target_price and stop_price (the exact levels;
        all three in the venue's unit at the entry, NaN while not entered and if interrupted),
        exit_price, gross_return (from the entry, before costs; both NaN while open and if it was
        interrupted), bars_held (present bars since the entry, up to the interruption). A signal
        whose validity passed without a bar expires with the first bar after it: never entered,
        bars_held 0, no exit price, gross_return 0.

    Raises
    ------
    InvalidInput
        If the candles begin after a signal's own bar: its entry would be taken for a later one.
    """
    _refuse_late_candles(signals, candles)
    step = milliseconds(bar)
    closed = candles[candles["open_time"] <= pd.Timestamp(as_of) - bar]
    bars = Bars.of(closed)
    decided, deadline = (milliseconds_of(signals[name]) for name in ("decided_at", "valid_until"))
    side = signals["side"].to_numpy(np.int8)
    entry = np.searchsorted(bars.open_time, decided)
    unit = _own_unit(closed, entry)
    # Indexing where nothing was entered needs some row; its values are masked below.
    opens = np.append(bars.open, np.nan)[entry]
    open_times = np.append(bars.open_time, np.iinfo(np.int64).max)[entry]
    levels = levels_of_signals(signals, opens, unit)
    row, price, reason = _walk(bars, entry, side, levels, deadline, step)
    cut = _cut_rows(closed, entry)
    requoted = _is_requoted(bars, signals, entry, unit)
    interrupted = requoted | (row >= cut)
    reason = np.where(interrupted, INTERRUPTED, reason)
    ended, entered = reason != OPEN, open_times < deadline
    # By what prices at the entry are multiplied to be the venue's; NaN where there are none to tell
    quoted = np.where(entered & ~interrupted, _unit_of(closed, entry), np.nan)
    last_close = np.append(bars.open_time, 0)[np.minimum(row, cut)] + step
    gross_return = np.where(entered, side * (price / opens - 1), 0.0)
    settled = ended & ~interrupted
    return pd.DataFrame(
        {
            "open_time": utc_times(milliseconds_of(signals["open_time"])),
            "model_id": signals["model_id"].reset_index(drop=True),
            "side": side,
            "status": STATUSES[reason],
            "ended_at": pd.Series(utc_times(np.where(requoted, decided, last_close))).where(ended),
            "entry_price": opens * quoted,
            "target_price": levels.target * quoted,
            "stop_price": levels.stop * quoted,
            "exit_price": np.where(settled & entered, price * _unit_of(closed, row), np.nan),
            "gross_return": np.where(settled, gross_return, np.nan),
            "bars_held": np.where(
                entered & ~requoted, np.where(row >= cut, cut - entry, row - entry + 1), 0
            ),
        }
    )


def month_outcomes(
    signals: pd.DataFrame, candles: pd.DataFrame, *, month: Month, bar: timedelta
) -> pd.DataFrame:
    """Give the outcomes that belong to `month`: ended in it, or open at its last closed bar.

    A signal ended in the month when month.start < ended_at <= month.end. One that is open when the
    month ends stands in this month as open and in the next as ended: both are facts.

    Parameters
    ----------
    signals : DataFrame
        Signals of this month and the one before.
    candles : DataFrame
        Candles of this month and the one before.
    """
    outcomes = resolve_outcomes(signals, candles, bar=bar, as_of=month.end)
    ended_before = outcomes["ended_at"] <= pd.Timestamp(month.start)
    return outcomes[~ended_before].reset_index(drop=True)


def _walk(
    bars: Bars,
    entry: IntArray,
    side: IntArray,
    levels: Levels,
    deadline: IntArray,
    step: int,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Walk every signal to its end; where there is none, nobody waits for numba to be imported."""
    if not len(entry):
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64)
    from traderai_assets.domain.backtest.kernel import walk_signals

    row, price, reason = walk_signals(*bars, entry, side, *levels, deadline, step)
    return row, price, reason


def _cut_rows(candles: pd.DataFrame, entry: IntArray) -> IntArray:
    """The first row of the next segment after each signal's own bar; past the end without one."""
    cuts = np.append(segment_starts(candles), len(candles))
    return np.asarray(cuts[np.searchsorted(cuts[:-1], entry)])


def _unit_of(candles: pd.DataFrame, rows: IntArray) -> FloatArray:
    """By what prices of these rows are multiplied to be the venue's."""
    scale = venue_scale(candles)
    return np.ones(len(rows)) if scale is None else np.append(scale, 1.0)[rows]


def _own_unit(candles: pd.DataFrame, entry: IntArray) -> FloatArray:
    """`_unit_of` the bar of each signal, which is the one before its entry."""
    return _unit_of(candles, np.maximum(entry - 1, 0))


def _is_requoted(
    bars: Bars, signals: pd.DataFrame, entry: IntArray, unit: FloatArray
) -> npt.NDArray[np.bool_]:
    """Whether the close of a signal's own bar is no longer the price that the signal names."""
    own = np.maximum(entry - 1, 0)
    present = np.append(bars.open_time, -1)[own] == milliseconds_of(signals["open_time"])
    reference = signals["reference_price"].to_numpy(np.float64) / unit
    moved = np.append(bars.close, np.nan)[own] / reference
    return np.asarray(present & ((moved > LEAST_JUMP) | (moved * LEAST_JUMP < 1.0)))


def _refuse_late_candles(signals: pd.DataFrame, candles: pd.DataFrame) -> None:
    if signals.empty or candles.empty:
        return
    first_signal, first_candle = signals["open_time"].min(), candles["open_time"].iloc[0]
    if first_candle > first_signal:
        raise InvalidInput(
            f"candles begin at {first_candle:%Y-%m-%d %H:%M} UTC, after the bar of the signal of "
            f"{first_signal:%Y-%m-%d %H:%M} UTC; give the candles from that bar on"
        )
