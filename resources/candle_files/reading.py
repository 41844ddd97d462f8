"""Reading: the rows of a file of candles as an exchange's answer has them, and its hash.

What a row may be is judged where an answer's rows are (domain/candles/judging.py): here only what
is no table of candles at all is refused. Nothing in these forms can run code when it is read.
"""

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.candles.file_names import FORMS, form_of
from traderai_assets.domain.errors import InvalidInput

# Freqtrade's; what the sandbox replays; what `traderai candles export` writes
DATE, TIMESTAMP, OPEN_TIME = "date", "timestamp", "open_time"
_NUMBERS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class FileOfCandles:
    """What a file holds.

    Attributes
    ----------
    path : Path
    sha256 : str
        Of its bytes.
    form : str
        A value of `FORMS`.
    rows : list of list
        Open time in ms since 1970, open, high, low, close, volume; whatever stands there.
    may_end_open : bool
        Whether its last bar may have been written before it closed: Freqtrade keeps what it was
        served last, and leaves it out when it loads the file.
    """

    path: Path
    sha256: str
    form: str
    rows: list[Any]
    may_end_open: bool


def read_candle_file(path: Path) -> FileOfCandles:
    """Read a file whose name ends as one of `FORMS`.

    Raises
    ------
    InvalidInput
        If it cannot be opened, is cut off or of another form, lacks a column, has times without a
        time zone, or holds no row.
    """
    ending = form_of(path.name)
    if ending is None:
        raise InvalidInput(f"{path} ends with none of {', '.join(FORMS)}")
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    rows, may_end_open = _READERS[ending](path)
    if not rows:
        raise InvalidInput(f"{path} holds no row; expected candles, oldest first")
    return FileOfCandles(path, sha256, FORMS[ending], rows, may_end_open)


def _json_rows(path: Path) -> tuple[list[Any], bool]:
    try:
        text = path.read_bytes()
        rows = json.loads(gzip.decompress(text) if path.name.lower().endswith(".gz") else text)
    except (OSError, EOFError, ValueError, RecursionError) as error:
        raise _unreadable(path, "a list of rows in JSON", error) from error
    if not isinstance(rows, list):
        raise InvalidInput(
            f"{path} holds {type(rows).__name__} in JSON; expected a list of rows: open time in "
            "ms, open, high, low, close, volume"
        )
    return rows, True


def _feather_rows(path: Path) -> tuple[list[Any], bool]:
    from pyarrow import ArrowException, feather

    try:
        frame = feather.read_table(path, memory_map=False).to_pandas()
    except (ArrowException, OSError, ValueError) as error:
        raise _unreadable(path, "Feather", error) from error
    return _table_rows(path, frame)


def _parquet_rows(path: Path) -> tuple[list[Any], bool]:
    from pyarrow import ArrowException, parquet

    try:
        frame = parquet.ParquetFile(path).read().to_pandas()
    except (ArrowException, OSError, ValueError) as error:
        raise _unreadable(path, "Parquet", error) from error
    return _table_rows(path, frame)


_READERS: dict[str, Callable[[Path], tuple[list[Any], bool]]] = {
    ".json": _json_rows,
    ".json.gz": _json_rows,
    ".feather": _feather_rows,
    ".parquet": _parquet_rows,
}


def _table_rows(path: Path, frame: pd.DataFrame) -> tuple[list[Any], bool]:
    time = next((name for name in (DATE, TIMESTAMP, OPEN_TIME) if name in frame.columns), None)
    lacking = [*([] if time else [DATE]), *(name for name in _NUMBERS if name not in frame)]
    if time is None or lacking:
        raise InvalidInput(
            f"{path} lacks the columns {', '.join(lacking)}; it has "
            f"{', '.join(map(str, frame.columns))}, and candles have date, open, high, low, close, "
            "volume"
        )
    columns = [_milliseconds(path, frame[time]), *(_plain(frame[name]) for name in _NUMBERS)]
    return [list(row) for row in zip(*columns, strict=True)], time == DATE


def _milliseconds(path: Path, times: "pd.Series[Any]") -> list[Any]:
    """Return open times as an exchange writes them; None where there is none."""
    if pd.api.types.is_integer_dtype(times.dtype):
        return _plain(times)
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        raise InvalidInput(
            f"column {times.name!r} of {path} is of {times.dtype}; expected times with a time "
            "zone, as Freqtrade writes them, or whole milliseconds since 1970"
        )
    plain = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    known = (~np.isnat(plain)).tolist()
    in_ms = plain.astype(np.int64).tolist()
    return [time if there else None for time, there in zip(in_ms, known, strict=True)]


def _plain(column: "pd.Series[Any]") -> list[Any]:
    values: list[Any] = column.tolist()
    return values


def _unreadable(path: Path, form: str, error: Exception) -> InvalidInput:
    reason = next(iter(str(error).splitlines()), type(error).__name__)
    return InvalidInput(
        f"{path} cannot be read as {form}: {reason:.200}; is it whole? Freqtrade's download-data "
        "writes it anew"
    )
