"""Coverage: which stretches of a month must be asked for, given what is stored and known.

The stored candles are the checkpoint: a fetch that was killed goes on where they end.
"""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

Span = tuple[datetime, datetime]


def spans_to_fetch(
    candles: pd.DataFrame,
    known_gaps: pd.DataFrame,
    *,
    start: datetime,
    end: datetime,
    bar: timedelta,
    revise_from: datetime,
) -> list[Span]:
    """Return what must be fetched so that every bar of [start, end) is stored or a known gap.

    Parameters
    ----------
    candles : stored candles of the month
    known_gaps : columns start, end, kind; a gap of kind `fetch_failure` is asked for again
    start, end : the stretch wanted, on the grid of `bar`
    revise_from : bars from here on are asked for again, as a closed candle may still be revised

    Returns
    -------
    list of (start, end)
        Disjoint, in order, on the grid; empty where nothing is wanted.
    """
    if end <= start:
        return []
    grid = pd.date_range(start, end, freq=bar, inclusive="left").as_unit("ms")
    known = grid.isin(candles["open_time"])
    for gap in known_gaps.loc[known_gaps["kind"] != "fetch_failure", ["start", "end"]].itertuples():
        known |= (grid >= gap.start) & (grid < gap.end)
    wanted = ~known | (grid >= pd.Timestamp(revise_from))
    edges = np.flatnonzero(np.diff(wanted.astype(np.int8), prepend=0, append=0))
    return [
        (grid[first].to_pydatetime(), grid[past - 1].to_pydatetime() + bar)
        for first, past in edges.reshape(-1, 2)
    ]
