"""Lateness: a signal that would have been over when it came to be said is not said.

By the market's own candles, never by a clock: what is late in one run is late in each that knows
as much, and a clock that jumps makes nothing late and revives nothing.
"""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.words import SIGNAL, TOO_LATE


def said_in_time(
    decided: pd.DataFrame, known_until: datetime | None, *, bar: timedelta
) -> pd.DataFrame:
    """Take the side from bars whose signal is over by what is known; their word is `too_late`.

    Parameters
    ----------
    decided : DataFrame
        As `decide_bars` gives it.
    known_until : datetime or None
        Close of the market's last stored candle; None where there is none.
    bar : timedelta
        Length of a bar.
    """
    late = is_over(decided, known_until, bar=bar) & (decided["word"] == SIGNAL)
    return decided.assign(
        side=np.where(late, 0, decided["side"]).astype(np.int8),
        word=decided["word"].mask(late, TOO_LATE),
    )


def is_over(
    decided: pd.DataFrame, known_until: datetime | None, *, bar: timedelta
) -> "pd.Series[bool]":
    """Whether a signal of each bar is over: from `horizon_bars` after the bar's close on.

    Parameters
    ----------
    decided : DataFrame
        open_time and horizon_bars.
    known_until, bar
        As `said_in_time` takes them.
    """
    if known_until is None:
        return pd.Series(False, decided.index)
    valid_until = decided["open_time"] + bar * (1 + decided["horizon_bars"])
    return valid_until <= pd.Timestamp(known_until)
