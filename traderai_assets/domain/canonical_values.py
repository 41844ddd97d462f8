"""Values in the one form that content hashes are made of, whoever held them and how.

What is lost on the way: the width of integers, the resolution of timestamps, their time zone, the
payload of a NaN (one stands for all 2**52), and whether pandas or Arrow held the values.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def canonical_floats(column: pd.Series) -> Floats:
    """Little-endian, shape (n_rows,); null is NaN, of any payload still."""
    plain = isinstance(column.dtype, np.dtype)
    return column.to_numpy("<f8") if plain else column.to_numpy("<f8", na_value=np.nan)


def canonical_float_rows(frame: pd.DataFrame) -> Floats:
    """Columns of floats side by side, shape (n_rows, n_columns), each as `canonical_floats`."""
    plain = all(isinstance(dtype, np.dtype) for dtype in frame.dtypes)
    return frame.to_numpy("<f8") if plain else frame.to_numpy("<f8", na_value=np.nan)


def canonical_milliseconds(column: pd.Series) -> Integers:
    """Since 1970, UTC, shape (n_rows,); the smallest integer for null.

    Raises
    ------
    ValueError
        If a timestamp is not a whole number of milliseconds.
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype) and column.dtype.unit == "ms":
        return column.to_numpy("M8[ms]").view("<i8")  # As they are stored: nothing can be lost
    moments = pd.DatetimeIndex(column)
    coarse = moments.as_unit("ms")
    lossy = moments[(coarse != moments) & moments.notna()]
    if len(lossy) > 0:
        raise ValueError(
            f"column {column.name!r} holds {lossy[0]}, which is not a whole number of milliseconds"
        )
    return coarse.asi8.astype("<i8")


def canonical_texts(column: pd.Series) -> tuple[str, Integers, list[bytes]]:
    """The kind (`text` or `bytes`), lengths in bytes (-1 for null), and the values that are there.

    Raises
    ------
    TypeError
        If the values are of another kind, or of two kinds.
    """
    present = column.notna().to_numpy()
    values = column.to_numpy(object)[present]
    kinds = {type(value) for value in values}
    if kinds not in ({str}, {bytes}):
        raise TypeError(
            f"column {column.name!r} of dtype {column.dtype} holds "
            f"{' and '.join(sorted(kind.__name__ for kind in kinds))}; expected floats, signed "
            "integers, bools, timestamps with a time zone, or only text, or only bytes"
        )
    kind = "text" if kinds == {str} else "bytes"
    encoded = [value.encode() for value in values] if kind == "text" else list(values)
    lengths = np.full(len(column), -1, dtype="<i8")
    lengths[present] = [len(value) for value in encoded]
    return kind, lengths, encoded
