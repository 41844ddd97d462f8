"""The quarantine ledger: rows kept out of the candles, why, and what they said.

The ledger holds no moment of discovery and no run: the same answers make the same ledger.
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from traderai_assets.domain.candles.frames import FloatArray, time_column

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
    columns = list(QUARANTINE_COLUMNS)
    return ledger.drop_duplicates(["reason", "raw"]).sort_values(columns, ignore_index=True)


def no_quarantine() -> pd.DataFrame:
    """A ledger without lines, each column of its proper type."""
    return quarantine_frame(np.empty(0), [], [])


def row_text(row: object) -> str:
    """JSON text of a row, at most 500 characters; never an exception, whatever the row is.

    Different rows have different texts: a long one is cut and ends in the hash of all of it.
    """
    try:
        text = json.dumps(row, default=repr)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps(_outline(row), default=repr)
    if len(text) <= MAX_RAW_LENGTH:
        return text
    ending = f"…{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return text[: MAX_RAW_LENGTH - len(ending)] + ending


def _outline(row: object) -> object:
    """The row with what is nested in it reduced to the name of its kind."""
    if not isinstance(row, list | tuple):
        return f"unprintable {type(row).__name__}"
    return [
        value if isinstance(value, int | float | str | None) else type(value).__name__
        for value in row
    ]
