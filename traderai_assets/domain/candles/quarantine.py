"""The quarantine ledger: rows kept out of the candles, why, and what stood in them.

The ledger holds no moment of discovery and no run: the same answers make the same ledger.
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.candles.frames import time_column

QUARANTINE_COLUMNS = ("open_time", "reason", "raw")
MAX_RAW_LENGTH = 500


def quarantine_frame(
    times: FloatArray, reasons: Sequence[str], rows: Sequence[object]
) -> pd.DataFrame:
    """One line per different bad row, ordered by time, reason and text.

    Parameters
    ----------
    times : ndarray of shape (n_rows,)
        Open times in ms since 1970; NaN where the row names none that can be read.
    reasons, rows : sequences of length n_rows
        Why each row was refused, and the row itself.
    """
    ledger = pd.DataFrame(
        {
            "open_time": time_column(times),
            "reason": pd.Series(list(reasons), dtype="str"),
            "raw": pd.Series([row_text(row) for row in rows], dtype="str"),
        }
    )
    return _in_order(ledger)


def no_quarantine() -> pd.DataFrame:
    """A ledger without lines, each column of its proper type."""
    return quarantine_frame(np.empty(0), [], [])


def merge_quarantine(stored: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Both ledgers as one; a row that stands in both stands once, whichever came first."""
    if found.empty:
        return stored
    return _in_order(pd.concat([stored, found], ignore_index=True))


def row_text(row: object) -> str:
    """JSON text of a row, at most 500 characters; never an exception, whatever the row is.

    Different rows have different texts: a long one is cut and ends in the hash of all of it.
    """
    try:
        text = json.dumps(row, default=_kind)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps(_outline(row))
    if len(text) <= MAX_RAW_LENGTH:
        return text
    ending = f"…{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return text[: MAX_RAW_LENGTH - len(ending)] + ending


def _kind(value: object) -> str:
    return type(value).__name__  # Its repr may hold an address, which differs between runs


def _outline(row: object) -> object:
    """A row that cannot be written as JSON: its plain values, and the kind of each other."""
    if not isinstance(row, list | tuple):
        return f"unprintable {_kind(row)}"
    return [
        value if isinstance(value, float | str | None) or _is_short(value) else _kind(value)
        for value in row
    ]


def _is_short(value: object) -> bool:
    return isinstance(value, int) and abs(value) < 2**63


def _in_order(ledger: pd.DataFrame) -> pd.DataFrame:
    if len(ledger) <= 1:  # By far the most pages
        return ledger
    # The text of a row names its time as well: the two are the ledger's key.
    lines = ledger.drop_duplicates(["reason", "raw"])
    return lines.sort_values(list(QUARANTINE_COLUMNS), ignore_index=True)
