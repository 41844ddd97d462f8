"""Content hash of a partition that grows: one link for each hour, so its end is told alone.

    h_0 = digest(table, market, month)
    h_i = digest(h_(i-1), rows of the i-th hour that has rows)

The hash after the last hour is the partition's. As every hour's end has one, a stretch of hours is
verified from the hash before it, and rows are divided into files anywhere between two hours without
a trace in the hash. What is seen and what is not is as in content_hash.py, hour by hour: a column
of nothing but nulls in an hour is left out of that hour.

A link is BLAKE2b, 128 bits, of: the link before; the number of rows; the digest of the columns that
have a value in the hour (each with its kind: floats, bools, integers, times, then texts and
payloads, sorted by name); their values of eight bytes, row after row; of each text or payload
column the lengths, then the values. Counts and lengths stand before what they count, so no part can
borrow a byte of its neighbour.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from itertools import compress, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types

from traderai_assets.domain.canonical_values import (
    canonical_float_rows,
    canonical_milliseconds,
    canonical_texts,
)
from traderai_assets.domain.content_hash import EMPTY_HASH

HOUR = 3_600_000  # In milliseconds
_MARK = "c"
_DIGEST_SIZE = 16
_NO_TIME = np.iinfo(np.int64).min
_WIDE = ("float", "bool", "integer", "timestamp")
_TEXT = "text"
_NEVER_NULL = {"b": "bool", "i": "integer"}
_Mask = npt.NDArray[np.bool_]
_Integers = npt.NDArray[np.int64]


class Chain(NamedTuple):
    """The hash after each hour of a frame."""

    ends: tuple[int, ...]
    """Rows of the frame up to the end of each hour that has rows; rising, the last is all."""
    hashes: tuple[str, ...]
    """What the rows so far hash to, as long as `ends`."""

    @property
    def content_hash(self) -> str:
        """Of all rows; `EMPTY_HASH` where there is none."""
        return self.hashes[-1] if self.hashes else EMPTY_HASH

    def at(self, rows: int) -> str | None:
        """What the first `rows` rows hash to; None where they do not end with an hour."""
        place = bisect_left(self.ends, rows)
        whole = place < len(self.ends) and self.ends[place] == rows
        return self.hashes[place] if whole else None


def is_chained(content_hash: str) -> bool:
    """Whether a content hash is the end of a chain, and not that of a whole partition at once."""
    return len(content_hash) == 1 + 2 * _DIGEST_SIZE and content_hash.startswith(_MARK)


def chained_hash(
    table_name: str,
    market: str,
    month: str,
    frame: pd.DataFrame,
    *,
    time: str,
    after: str | None = None,
) -> Chain:
    """Hash the values of one partition, or of a stretch of it, hour by hour.

    Parameters
    ----------
    table_name, market, month : str
        Where the rows belong.
    frame : DataFrame of shape (n_rows, n_columns)
        Rows in the table's order; kinds of columns as `content_hash` takes them.
    time : str
        The column of times that rows are ordered by, without nulls; whole hours since 1970, UTC.
    after : str, optional
        Hash of the rows before, if the frame begins later than its partition, at another hour.

    Returns
    -------
    Chain
        Hashes of `c` and 32 hexadecimal characters. Without rows there are none.

    Raises
    ------
    TypeError
        If a column holds values of another kind, or of two kinds.
    ValueError
        If a timestamp is not a whole number of milliseconds, the times are not in order, or `after`
        is not the end of a chain.
    """
    link = _first_link(table_name, market, month) if after is None else _link_of(after)
    if len(frame) == 0:
        return Chain((), ())
    hours = canonical_milliseconds(frame[time]) // HOUR
    steps = np.diff(hours)
    if (steps < 0).any():
        raise ValueError(f"column {time!r} is not in order")
    ends = [*(np.flatnonzero(steps) + 1).tolist(), len(frame)]
    columns = _Columns(frame, [0, *ends[:-1]])
    hashes = []
    for hour, (start, end) in enumerate(pairwise([0, *ends])):
        link = columns.next_link(link, hour, start, end)
        hashes.append(_MARK + link.hex())
    return Chain(tuple(ends), tuple(hashes))


def _first_link(*salts: str) -> bytes:
    return _digest(_prefixed([salt.encode() for salt in salts])).digest()


def _link_of(content_hash: str) -> bytes:
    if not is_chained(content_hash):
        raise ValueError(f"{content_hash!r} is not the hash of rows that others may follow")
    return bytes.fromhex(content_hash.removeprefix(_MARK))


def _digest(begin: bytes) -> "hashlib.blake2b":
    return hashlib.blake2b(begin, digest_size=_DIGEST_SIZE)


def _prefixed(parts: Sequence[bytes]) -> bytes:
    return b"".join(_count(len(part)) + part for part in parts)


def _count(number: int) -> bytes:
    return number.to_bytes(8, "little")


class _Texts:
    """A column of texts or payloads, cut without looking at each value again."""

    def __init__(self, column: pd.Series) -> None:
        kind, self._lengths, values = canonical_texts(column)
        self.head = _head(str(column.name), kind)
        self.null: _Mask = self._lengths < 0
        self._values = b"".join(values)
        self._ends = [0, *np.cumsum(np.maximum(self._lengths, 0)).tolist()]

    def part(self, start: int, end: int) -> bytes:
        """Lengths, which tell how many bytes of values follow."""
        lengths = self._lengths[start:end].tobytes()
        return lengths + self._values[self._ends[start] : self._ends[end]]


class _Columns:
    """All columns of a frame in canonical form, and which of them have a value in which hour."""

    def __init__(self, frame: pd.DataFrame, starts: list[int]) -> None:
        kinds = {str(one): _kind(frame, one, of) for one, of in sorted(frame.dtypes.items())}
        wide = [(name, kind) for kind in _WIDE for name in kinds if kinds[name] == kind]
        self._values, null = _side_by_side(frame, wide)
        self._flat = self._values.reshape(-1).data.cast("B")
        self._texts = [_Texts(frame[name]) for name, kind in kinds.items() if kind == _TEXT]
        self._heads = [_head(*column) for column in wide] + [text.head for text in self._texts]
        nulls = np.column_stack([null, *(text.null for text in self._texts)])
        present = ~np.logical_and.reduceat(nulls, starts, axis=0)
        self._present: list[_Mask] = list(present)
        self._whole = [bool(whole) for whole in np.logical_and.reduce(present, axis=1)]
        self._head_of_all = self._head(np.ones(len(self._heads), dtype=np.bool_))

    def next_link(self, link: bytes, hour: int, start: int, end: int) -> bytes:
        """The link after the rows of one hour."""
        wide, present = self._values.shape[1], self._present[hour]
        begin = link + _count(end - start)
        if self._whole[hour]:  # Nearly always: no copy is made
            digest = _digest(begin + self._head_of_all)
            digest.update(self._flat[8 * wide * start : 8 * wide * end])
        else:
            digest = _digest(begin + self._head(present))
            digest.update(self._values[start:end, present[:wide]].tobytes())
        for text in compress(self._texts, present[wide:]):
            digest.update(text.part(start, end))
        return digest.digest()

    def _head(self, present: _Mask) -> bytes:
        return _digest(b"".join(compress(self._heads, present))).digest()


def _kind(frame: pd.DataFrame, name: Any, dtype: Any) -> str:
    if types.is_float_dtype(dtype):
        return "float"
    if isinstance(dtype, np.dtype) and dtype.kind in _NEVER_NULL:
        return _NEVER_NULL[dtype.kind]
    column = frame[name]
    if column.isna().all():
        return "null"
    if types.is_bool_dtype(dtype):
        return "bool"
    if types.is_signed_integer_dtype(dtype):
        return "integer"
    return "timestamp" if types.is_datetime64_any_dtype(dtype) and column.dt.tz else _TEXT


def _side_by_side(frame: pd.DataFrame, columns: list[tuple[str, str]]) -> tuple[_Integers, _Mask]:
    """Values of eight bytes, floats by their bits, and where there is none; both row after row."""
    bits = np.empty((len(frame), len(columns)), dtype="<i8")
    null = np.zeros(bits.shape, dtype=np.bool_)
    n_floats = sum(kind == "float" for _, kind in columns)  # They come first
    floats = bits.view("<f8")[:, :n_floats]
    floats[:] = canonical_float_rows(frame[[name for name, _ in columns[:n_floats]]])
    for place, (name, kind) in enumerate(columns[n_floats:], n_floats):
        if kind == "timestamp":
            bits[:, place] = canonical_milliseconds(frame[name])
            null[:, place] = bits[:, place] == _NO_TIME
        else:
            bits[:, place] = frame[name].to_numpy(np.bool_ if kind == "bool" else "<i8")
    null[:, :n_floats] = np.isnan(floats)
    if null.any():  # A NaN may carry any of 2**52 payloads; one of them stands for all
        floats[null[:, :n_floats]] = np.nan
    return bits, null


def _head(name: str, kind: str) -> bytes:
    return _prefixed([name.encode(), kind.encode()])
