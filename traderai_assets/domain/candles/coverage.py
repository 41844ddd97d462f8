"""Coverage: which bars are stored, which are known to be absent, and which nobody accounts for.

The stored candles are the checkpoint of a fetch: one that was killed goes on where they end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from traderai_assets.domain.arrays import milliseconds, milliseconds_of
from traderai_assets.domain.candles.frames import moment_of
from traderai_assets.domain.candles.gap_classes import believed

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Coverage:
    """Every bar of a stretch: open times in ms since 1970, and what is known of each."""

    open_ms: NDArray[np.int64]
    stored: NDArray[np.bool_]
    known_absent: NDArray[np.bool_]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Bars that are neither stored nor known to be absent."""
        return ~self.stored & ~self.known_absent


def bar_coverage(
    candles: pd.DataFrame, gaps: pd.DataFrame, *, start: datetime, end: datetime, bar: timedelta
) -> Coverage:
    """Account for every bar of [start, end).

    Parameters
    ----------
    candles : DataFrame
        `open_time` of stored candles; those outside the stretch do no harm.
    gaps : DataFrame
        start, end, kind; one whose class is not believed explains nothing.
    start, end : datetime
        On the grid of `bar`.
    """
    width = milliseconds(bar)
    grid = np.arange(milliseconds(start), milliseconds(end), width, dtype=np.int64)
    absences = gaps[believed(gaps)]
    begins, ends = milliseconds_of(absences["start"]), milliseconds_of(absences["end"])
    # Gaps never overlap, so a bar is in one when more have begun than have ended.
    begun = np.searchsorted(np.sort(begins), grid, side="right")
    ended = np.searchsorted(np.sort(ends), grid, side="right")
    stored = np.isin(grid, milliseconds_of(candles["open_time"]))
    return Coverage(grid, stored, ~stored & (begun > ended))


def spans_to_fetch(
    candles: pd.DataFrame,
    gaps: pd.DataFrame,
    *,
    start: datetime,
    end: datetime,
    bar: timedelta,
    revise_from: datetime,
) -> list[Span]:
    """Return what must be fetched so that every bar of [start, end) is stored or a known gap.

    Parameters
    ----------
    candles, gaps, start, end, bar
        As `bar_coverage` takes them.
    revise_from : datetime
        Bars from here on are asked for again, as a closed candle may still be revised.

    Returns
    -------
    list of (start, end)
        Disjoint, in order, on the grid; empty where nothing is wanted.
    """
    coverage = bar_coverage(candles, gaps, start=start, end=end, bar=bar)
    wanted = coverage.missing | (coverage.open_ms >= milliseconds(revise_from))
    edges = np.flatnonzero(np.diff(wanted.astype(np.int8), prepend=0, append=0))
    return [
        (moment_of(int(coverage.open_ms[first])), moment_of(int(coverage.open_ms[past - 1])) + bar)
        for first, past in edges.reshape(-1, 2)
    ]
