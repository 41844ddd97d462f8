"""Segments: stretches of candles that learning may pass through, and never from one to another.

A new segment begins behind every gap that learning may not cross (`gap_classes`) and at every
price step that is suspected (`price_steps`) and nobody has decided on. Features of the bars that
follow have forgotten what came before, labels and positions end with their segment.

Candles carry their segments with them, as a column `segment`; one that is not there says that all
bars belong together, so that an ordinary market's candles pass as they are stored, to the bit.
Where a person has written down a ratio, later prices are divided by it, so that no bar's candles
depend on what came after it; a column `scale` leads back to the prices of the venue.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.candles.price_steps import (
    INSIDE,
    WICK,
    find_price_steps,
    suspected_rows,
)

Span = tuple[datetime, datetime]

SEGMENT, SCALE = "segment", "scale"
PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Decision:
    """What a person decided about the bar that opened at `open_time`.

    Attributes
    ----------
    ratio : float or None
        Prices from this bar on are so many times those before it, for the same worth; None says
        that the move is real.
    """

    open_time: datetime
    ratio: float | None


@dataclass(frozen=True)
class Crossings:
    """What is known of candles beside their rows: where not to pass, and what people decided."""

    barred: Sequence[Span] = ()
    decisions: Sequence[Decision] = ()


NOTHING_KNOWN = Crossings()


def mark_segments(candles: pd.DataFrame, crossings: Crossings = NOTHING_KNOWN) -> pd.DataFrame:
    """Return candles as learning may use them.

    Parameters
    ----------
    candles : DataFrame
        Closed bars of one market as they are stored, oldest first.
    crossings : Crossings
        Those outside of the candles do no harm.

    Returns
    -------
    DataFrame
        The same frame where nothing is to be kept apart. Otherwise with a column `segment`, which
        rises by one at each cut and begins at 1 where even the first row follows a gap; and, where
        a ratio was written down, prices divided by it, volumes multiplied, and a column `scale`,
        by which a price must be multiplied to be the venue's. A written ratio that leaves a step
        behind clears nothing. A row changes with no row after it.
    """
    if candles.empty:
        return candles
    kept = _rescaled(candles, crossings.decisions)
    cuts = _barred_rows(kept["open_time"], crossings.barred) | _step_rows(kept, crossings)
    if not cuts:
        return kept
    begins = np.zeros(len(kept), dtype=np.int64)
    begins[sorted(cuts)] = 1
    return kept.assign(**{SEGMENT: np.cumsum(begins)})


def undecided_steps(candles: pd.DataFrame, crossings: Crossings = NOTHING_KNOWN) -> pd.DataFrame:
    """List the price steps that keep candles apart, as `find_price_steps` does.

    Those confirmed as real are not in it, nor those that a written ratio explains.
    """
    real = [pd.Timestamp(one.open_time) for one in crossings.decisions if one.ratio is None]
    steps = find_price_steps(_rescaled(candles, crossings.decisions))
    return steps[~steps["open_time"].isin(real)].reset_index(drop=True)


def segment_starts(candles: pd.DataFrame) -> IntArray:
    """Rows at which another segment begins than the row before belongs to."""
    if SEGMENT not in candles.columns:
        return np.empty(0, np.int64)
    return np.flatnonzero(np.diff(candles[SEGMENT].to_numpy())).astype(np.int64) + 1


def segments_of(candles: pd.DataFrame) -> Iterator[slice]:
    """Rows of each segment, oldest first; all rows where nothing keeps them apart."""
    edges = [0, *segment_starts(candles).tolist(), len(candles)]
    return (slice(first, past) for first, past in itertools.pairwise(edges))


def bars_since_cut(candles: pd.DataFrame) -> IntArray:
    """How many bars of its segment precede each row; as many as can be where it has no cut."""
    since = np.arange(len(candles), dtype=np.int64)
    for rows in segments_of(candles):
        since[rows] -= rows.start
    uncut = candles[SEGMENT].to_numpy() == 0 if SEGMENT in candles.columns else slice(None)
    since[uncut] = np.iinfo(np.int64).max
    return since


def venue_scale(candles: pd.DataFrame) -> FloatArray | None:
    """By what a price of each row is multiplied to be the venue's; None where all are."""
    return candles[SCALE].to_numpy(np.float64) if SCALE in candles.columns else None


def chained(candles: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Opens and closes of somebody who held all the time and neither won nor lost at a cut."""
    opens, closes = (candles[name].to_numpy(np.float64) for name in ("open", "close"))
    starts = segment_starts(candles)
    if not len(starts):
        return opens, closes
    link = np.ones(len(candles))
    link[starts] = closes[starts - 1] / opens[starts]
    chain = np.cumprod(link)
    return opens * chain, closes * chain


def _rescaled(candles: pd.DataFrame, decisions: Sequence[Decision]) -> pd.DataFrame:
    """Divide the prices from each written ratio on; a bar in two scales at once is left out."""
    written = [(decision.open_time, decision.ratio) for decision in decisions if decision.ratio]
    if not written:
        return candles
    times = candles["open_time"]
    inside = {row for row, kind in suspected_rows(candles).items() if kind == INSIDE}
    scale, left_out = np.ones(len(candles)), []
    for moment, ratio in written:
        row = int(times.searchsorted(pd.Timestamp(moment)))
        if row in inside and times.iloc[row] == pd.Timestamp(moment):
            left_out.append(row)
        scale[row:] *= ratio
    if (scale == scale[0]).all():  # All of it lies before the first row, or behind the last
        return candles
    scale /= scale[0]
    changed = {name: candles[name] / scale for name in PRICES}
    frame = candles.assign(**changed, volume=candles["volume"] * scale, **{SCALE: scale})
    return frame.drop(index=frame.index[left_out]).reset_index(drop=True)


def _barred_rows(times: "pd.Series[pd.Timestamp]", barred: Sequence[Span]) -> set[int]:
    """First rows from the start and from the end of each gap on."""
    moments = [pd.Timestamp(moment) for span in barred for moment in span]
    if not moments:
        return set()
    return {int(row) for row in times.searchsorted(moments) if row < len(times)}


def _step_rows(candles: pd.DataFrame, crossings: Crossings) -> set[int]:
    """Rows at which a suspected step cuts; a bar that is itself suspected stands alone."""
    real = {pd.Timestamp(one.open_time) for one in crossings.decisions if one.ratio is None}
    cuts = set()
    for row, kind in suspected_rows(candles).items():
        if candles["open_time"].iloc[row] not in real:
            cuts |= {row, row + 1} if kind in (INSIDE, WICK) else {row}
    return {row for row in cuts if row < len(candles)}
