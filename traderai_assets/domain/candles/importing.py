"""Importing: what a file says of a month against what is stored of it, and gaps nobody asked for.

A file is not the exchange. What is stored stays unless somebody says otherwise, and what a file
lacks is no silence of the exchange: it is `unheard` until the exchange itself was asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import BoolArray, milliseconds
from traderai_assets.domain.candles.ask_records import Records
from traderai_assets.domain.candles.frames import CANDLE_COLUMNS
from traderai_assets.domain.candles.gap_classes import ENDED, FETCH_FAILURE, UNHEARD
from traderai_assets.domain.candles.gap_confirmation import gap_pieces
from traderai_assets.domain.candles.run_lengths import bars_of, runs

_NUMBERS = list(CANDLE_COLUMNS[1:])


@dataclass(frozen=True)
class Comparison:
    """What a file holds of a month, against what is stored.

    Attributes
    ----------
    new : DataFrame
        Candles of bars that are not stored.
    same : int
        How many bars are stored with these very values.
    others : DataFrame
        Candles of bars that are stored with other values, as the file has them.
    differences : DataFrame
        open_time, column, stored, in_file: one row a number that differs.
    """

    new: pd.DataFrame
    same: int
    others: pd.DataFrame
    differences: pd.DataFrame


def compare(stored: pd.DataFrame, told: pd.DataFrame) -> Comparison:
    """Hold candles of a file against the stored ones.

    Parameters
    ----------
    stored, told : DataFrame
        Candles of one market, each in order of time and without repetition.
    """
    is_stored = told["open_time"].isin(stored["open_time"])
    both = told[is_stored].reset_index(drop=True)
    before = stored[stored["open_time"].isin(both["open_time"])].reset_index(drop=True)
    differs = both[_NUMBERS].to_numpy() != before[_NUMBERS].to_numpy()
    rows, columns = np.nonzero(differs)
    differences = pd.DataFrame(
        {
            "open_time": both["open_time"].to_numpy()[rows],
            "column": np.array(_NUMBERS, dtype=object)[columns],
            "stored": before[_NUMBERS].to_numpy()[rows, columns],
            "in_file": both[_NUMBERS].to_numpy()[rows, columns],
        }
    )
    other = differs.any(axis=1)
    return Comparison(
        told[~is_stored].reset_index(drop=True),
        int((~other).sum()),
        both[other].reset_index(drop=True),
        differences,
    )


def unheard_unless_asked(
    gaps: pd.DataFrame, asks: pd.DataFrame, absent: BoolArray, *, start: datetime, bar: timedelta
) -> pd.DataFrame:
    """Return the gaps, with every absent bar that was never asked for as `unheard`.

    Parameters
    ----------
    gaps, asks : DataFrame
        Of one month, oldest first.
    absent : ndarray of shape (n_bars,)
        Whether each bar of the month is absent, as far as it is known.
    start : datetime
        When the month's first bar opens.
    bar : timedelta

    Returns
    -------
    DataFrame
        The same columns. A gap of which parts were asked for and parts were not is cut in pieces;
        one that holds a row that could not be used, or the end of the market, stays.
    """
    first_ms, width, n_bars = milliseconds(start), milliseconds(bar), len(absent)
    never = absent & (Records.of(asks, first_ms, width, n_bars).times == 0)
    stays = gaps["kind"].isin([FETCH_FAILURE.name, ENDED.name])
    begins, ends = bars_of(gaps, first_ms, width, n_bars)
    kinds, of_gap = np.full(n_bars, "", dtype=object), np.full(n_bars, -1)
    for place, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        kinds[begin:end], of_gap[begin:end] = gaps["kind"].iloc[place], place
    kinds[never & ~np.isin(of_gap, np.flatnonzero(stays))] = UNHEARD.name
    changes = (kinds != np.roll(kinds, 1)) | ((of_gap != np.roll(of_gap, 1)) & ~never)
    begins, ends = runs(kinds != "", changes)
    return gap_pieces(kinds, absent, (begins, ends), first_ms, width)
