"""Records of the ledger of asks, bar by bar and as stored stretches; no rule about what counts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import BoolArray, IntArray, milliseconds_of
from traderai_assets.domain.candles.frames import time_column
from traderai_assets.domain.candles.run_lengths import bars_of, runs

# What came back of a stretch; the weightiest last, where two answers differ.
NOTHING = "nothing"  # No row at all
BEGINS_LATER = "begins_later"  # Only rows after it
ENDS_BEFORE = "ends_before"  # Only rows before it
OUT_OF_REACH = "out_of_reach"  # Newer rows than were asked for, whatever was asked
AROUND = "around"  # Rows on both sides of it
CAME_BACK = (NOTHING, BEGINS_LATER, ENDS_BEFORE, OUT_OF_REACH, AROUND)
CODES = {name: code for code, name in enumerate(CAME_BACK, start=1)}


@dataclass(frozen=True)
class Records:
    """The ledger bar by bar; `times` is 0 where nothing was asked. Times in ms since 1970."""

    first: IntArray
    last: IntArray
    times: IntArray
    code: IntArray

    @classmethod
    def of(cls, asks: pd.DataFrame, first_ms: int, width: int, n_bars: int) -> "Records":
        """Spread stored stretches over the bars of a window."""
        columns = [np.zeros(n_bars, dtype=np.int64) for _ in range(4)]
        begins, ends = bars_of(asks, first_ms, width, n_bars)
        values = (
            milliseconds_of(asks["first_seen"]),
            milliseconds_of(asks["last_asked"]),
            asks["times_asked"].to_numpy(np.int64),
            asks["came_back"].map(CODES).to_numpy(np.int64),
        )
        for place, (begin, end) in enumerate(zip(begins, ends, strict=True)):
            for column, value in zip(columns, values, strict=True):
                column[begin:end] = value[place]
        return cls(*columns)

    def came_back(self, name: str) -> BoolArray:
        """Bars of which this came back."""
        return np.asarray((self.times > 0) & (self.code == CODES[name]))


def ask_frame(records: Records, first_ms: int, width: int) -> pd.DataFrame:
    """The ledger as stored: one line a stretch of bars with one and the same record."""
    recorded = records.times > 0
    columns = np.vstack([records.first, records.last, records.times, records.code])
    changes = np.zeros(len(recorded), dtype=bool)
    changes[1:] = (np.diff(columns, axis=1) != 0).any(axis=0)
    begins, ends = runs(recorded, changes)
    names = np.array(["", *CAME_BACK], dtype=object)
    return pd.DataFrame(
        {
            "start": time_column(first_ms + begins * width),
            "end": time_column(first_ms + ends * width),
            "first_seen": time_column(records.first[begins]),
            "last_asked": time_column(records.last[begins]),
            "times_asked": records.times[begins],
            "came_back": pd.Series(names[records.code[begins]], dtype="str"),
        }
    )
