"""Content hash of a partition: of its values in canonical form, never of a file's bytes.

What it does not see: row groups, compression, encodings, the order of columns, the width of
integers, the resolution of timestamps, and whether pandas or Arrow held the values.
What it does see: every bit of every value (so -0.0 is not 0.0; all NaN and null are one), the
order of rows, and table, market and month, so that rows under the wrong partition do not verify.
"""

import hashlib

import numpy as np
import pandas as pd

from traderai_assets.domain.canonical_values import (
    canonical_floats,
    canonical_milliseconds,
    canonical_texts,
)

# An absent partition and an empty one are the same thing; zeros are easy to recognise.
EMPTY_HASH = "0" * 32
_DIGEST_SIZE = 16
_ALL_NULL = "null"


def content_hash(table_name: str, market: str, month: str, frame: pd.DataFrame) -> str:
    """Hash the values of one partition.

    Parameters
    ----------
    table_name, market, month : str
        Where the rows belong.
    frame : DataFrame of shape (n_rows, n_columns)
        Rows in the table's order; floats, signed integers, bools, text, bytes and timestamps of
        whole milliseconds. A column of nothing but nulls is left out, so that a column declared
        later does not change the hash of partitions published before.

    Returns
    -------
    str
        32 hexadecimal characters (BLAKE2b, 128 bits); `EMPTY_HASH` where there is no row.

    Raises
    ------
    TypeError
        If a column holds values of another kind, or of two kinds.
    ValueError
        If a timestamp is not a whole number of milliseconds.
    """
    if len(frame) == 0:
        return EMPTY_HASH
    digest = hashlib.blake2b(digest_size=_DIGEST_SIZE)
    for salt in (table_name, market, month, str(len(frame))):
        _feed(digest, salt.encode())
    for name in sorted(frame.columns):
        kind, *values = _canonical(frame[name])
        if kind != _ALL_NULL:
            for part in (name.encode(), kind.encode(), *values):
                _feed(digest, part)
    return digest.hexdigest()


def _feed(digest: "hashlib.blake2b", part: bytes) -> None:
    # With its length before it, no part can borrow a byte of its neighbour.
    digest.update(len(part).to_bytes(8, "little"))
    digest.update(part)


def _canonical(column: pd.Series) -> tuple[str, *tuple[bytes, ...]]:
    """The kind of a column, and its values as little-endian bytes."""
    types = pd.api.types
    if types.is_float_dtype(column.dtype):
        return _floats(column)
    if column.isna().all():
        return (_ALL_NULL,)
    if types.is_bool_dtype(column.dtype):
        return "bool", column.to_numpy(np.bool_).tobytes()
    if types.is_signed_integer_dtype(column.dtype):
        return "integer", column.to_numpy("<i8").tobytes()
    if types.is_datetime64_any_dtype(column.dtype) and column.dt.tz is not None:
        return "timestamp", canonical_milliseconds(column).tobytes()
    kind, lengths, values = canonical_texts(column)
    return kind, lengths.tobytes(), b"".join(values)


def _floats(column: pd.Series) -> tuple[str, *tuple[bytes, ...]]:
    values = canonical_floats(column)
    null = np.isnan(values)
    if null.all():
        return (_ALL_NULL,)
    if null.any():  # A NaN may carry any of 2**52 payloads; one of them stands for all
        values = np.where(null, np.nan, values)
    return "float", values.tobytes()
