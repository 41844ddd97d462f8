"""Checking rows against the schema of their table, and saying what is wrong with the first of them.

Which rows a table takes stands in its schema; this file knows no table by name.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

from traderai_assets.domain.errors import InvalidRows

if TYPE_CHECKING:
    from pandera.errors import SchemaError
    from pandera.pandas import DataFrameSchema

    from traderai_assets.schemas.tables import Table


# More are not copied to be checked
_ROWS_TOGETHER = 100_000


def validated_rows(table: "Table", frame: pd.DataFrame) -> pd.DataFrame:
    """The declared columns in declared order, sorted by key; InvalidRows if anything is amiss."""
    _check_columns(table, frame)
    frame = checked_values(table, frame[list(table.dtypes)].reset_index(drop=True))
    key = list(table.key)
    twins = frame.index[frame.duplicated(key)]
    if len(twins) > 0:
        raise InvalidRows(
            f"table {table.name}: more than one row has {_key_of(table, frame, twins[0])}; "
            "the key must be unique within a partition"
        )
    return frame.sort_values(key, ignore_index=True)


def rows_in_order(table: "Table", frame: pd.DataFrame) -> pd.DataFrame:
    """As `validated_rows`, and values are not looked at if the key is in order already."""
    _check_columns(table, frame)
    leading = frame[table.key[0]]
    if leading.isna().any() or not (leading.is_monotonic_increasing and leading.is_unique):
        return validated_rows(table, frame)
    return frame[list(table.dtypes)].reset_index(drop=True)


def _check_columns(table: "Table", frame: pd.DataFrame) -> None:
    missing = [name for name in table.dtypes if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in table.dtypes]
    if missing or unknown or len(frame.columns) != len(table.dtypes):
        raise InvalidRows(
            f"table {table.name}: columns missing {missing}, undeclared {unknown}; "
            f"expected each of {list(table.dtypes)} once"
        )
    found = dict(zip(frame.columns, frame.dtypes, strict=True))
    for name, dtype in table.dtypes.items():
        if str(found[name]) != dtype:
            raise InvalidRows(
                f"table {table.name}, column {name}: dtype is {found[name]}, expected "
                f"{dtype}; cast before publishing"
            )
        if dtype == "object":
            _check_payloads(table, frame[name])


def _check_payloads(table: "Table", payloads: pd.Series) -> None:
    for value in payloads.dropna():
        if type(value) is not bytes:
            raise InvalidRows(
                f"table {table.name}, column {payloads.name}: {str(value)[:40]!r} is a "
                f"{type(value).__name__}, expected bytes"
            )


class CheckedTogether:
    """Checks the values of many small frames of a table at once: it costs as much as one does.

    Parameters
    ----------
    table : Table
        Whose columns the frames have.
    """

    def __init__(self, table: "Table") -> None:
        self._table = table
        self._frames: list[pd.DataFrame] = []

    def add(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Take a frame, to be checked by `check`; return it as it is."""
        self._frames.append(frame)
        return frame

    def check(self) -> None:
        """Raise InvalidRows where a value of any of them breaks the schema."""
        frames, self._frames = [one for one in self._frames if len(one)], []
        if len(frames) > 1 and sum(map(len, frames)) <= _ROWS_TOGETHER:
            together = pd.concat(frames, ignore_index=True)
            if _is_as_declared(self._table.schema_of_many, together):
                return  # Else it is told below which of them it is, and in which row
        for frame in frames:
            checked_values(self._table, frame)


def _is_as_declared(schema: "DataFrameSchema", frame: pd.DataFrame) -> bool:
    from pandera.errors import SchemaError

    try:
        schema.validate(frame)
    except SchemaError:
        return False
    return True


def checked_values(table: "Table", frame: pd.DataFrame) -> pd.DataFrame:
    """The rows, whose columns were checked before; InvalidRows if a value breaks the schema."""
    from pandera.errors import SchemaError

    try:
        checked: pd.DataFrame = table.schema.validate(frame)
    except SchemaError as error:
        raise InvalidRows(_complaint(table, frame, error)) from error
    return checked


def _complaint(table: "Table", frame: pd.DataFrame, error: "SchemaError") -> str:
    cases = error.failure_cases
    where = f"table {table.name}, column {error.schema.name}"
    if not isinstance(cases, pd.DataFrame) or len(cases) == 0 or "index" not in cases:
        return f"{where}: {error}; correct the rows or leave them out"
    row, value = cases["index"].iloc[0], cases["failure_case"].iloc[0]
    at = f" at {_key_of(table, frame, row)} (row {row})" if row in frame.index else ""
    return (
        f"{where}: {value}{at} breaks {_expectation(error.check)}, {len(cases)} such in all; "
        "correct the rows or leave them out"
    )


def _key_of(table: "Table", frame: pd.DataFrame, row: Any) -> str:
    return ", ".join(f"{name} {frame.loc[row, name]!s}" for name in table.key)


def _expectation(check: Any) -> str:
    """What a pandera check wanted, as one would write it in a schema."""
    return str(getattr(check, "error", None) or getattr(check, "name", None) or check)
