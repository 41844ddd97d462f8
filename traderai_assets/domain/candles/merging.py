"""Merging: what was fetched again is laid over what was there, and nothing is forgotten.

A closed candle may still be revised by its exchange for a while (ccxt#6742). The fetched value
wins, the old one goes to the quarantine ledger. A bar that is no longer served is kept: that an
exchange forgets is no proof that the bar was wrong.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from traderai_assets.domain.candles.frames import CANDLE_COLUMNS
from traderai_assets.domain.candles.judging import Judgement
from traderai_assets.domain.candles.quarantine import (
    merge_quarantine,
    no_quarantine,
    quarantine_frame,
)

SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Merge:
    """The candles after a fetch, and what they were before where that was different."""

    candles: pd.DataFrame
    revisions: pd.DataFrame  # Quarantine lines, reason `superseded`, the old row as text


def merge_candles(stored: pd.DataFrame, fetched: pd.DataFrame) -> Merge:
    """Lay fetched candles over stored ones.

    Fetching the same values again changes nothing, and the same values give the same frame in
    whatever pieces and order they arrive.

    Parameters
    ----------
    stored, fetched : DataFrame
        Candles of one market, each in order of time and without repetition.
    """
    if fetched.empty:
        return Merge(stored, no_quarantine())
    both = pd.concat([stored, fetched], ignore_index=True)
    merged = both.drop_duplicates("open_time", keep="last").sort_values("open_time")
    old = stored[stored["open_time"].isin(fetched["open_time"])].sort_values("open_time")
    new = fetched[fetched["open_time"].isin(old["open_time"])].sort_values("open_time")
    numbers = list(CANDLE_COLUMNS[1:])
    changed = (old[numbers].to_numpy() != new[numbers].to_numpy()).any(axis=1)
    return Merge(merged[list(CANDLE_COLUMNS)].reset_index(drop=True), _superseded(old[changed]))


def second_look(first: Judgement, again: Judgement) -> Judgement:
    """Join two judgements of one window, the second of which asked for what the first lacked.

    A bad row whose bar came well the second time was a passing fault and leaves no line. The
    oldest row is known only if both saw one.
    """
    before = first.candles["open_time"]
    healed = again.candles.loc[~again.candles["open_time"].isin(before), "open_time"]
    still_bad = first.quarantined[~first.quarantined["open_time"].isin(healed)]
    newest = [judgement.newest for judgement in (first, again) if judgement.newest is not None]
    return Judgement(
        candles=merge_candles(first.candles, again.candles).candles,
        quarantined=merge_quarantine(still_bad, again.quarantined),
        bars_named=max(first.bars_named, again.bars_named),
        oldest=min(first.oldest, again.oldest) if first.oldest and again.oldest else None,
        newest=max(newest, default=None),
    )


def _superseded(candles: pd.DataFrame) -> pd.DataFrame:
    times = candles["open_time"].dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    in_ms = times.astype(np.int64)
    rows = [
        [int(time), *(float(number) for number in numbers)]
        for time, numbers in zip(in_ms, candles[list(CANDLE_COLUMNS[1:])].to_numpy(), strict=True)
    ]
    return quarantine_frame(in_ms.astype(np.float64), [SUPERSEDED] * len(rows), rows)
