"""Frames as tables of a page: whole numbers, times to the minute, shares of one in percent."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.pages.parts import Cell, Percent, Table

MOST_TABLE_ROWS = 150
"""Of one table on the page."""


def frame_table(
    name: str,
    title: str,
    frame: pd.DataFrame,
    *,
    shares: Sequence[str] = (),
    headings: Mapping[str, str] | None = None,
    note: str = "",
    empty: str = "nothing yet",
    folded: bool = False,
    most: int = MOST_TABLE_ROWS,
) -> Table:
    """Return a frame as a table.

    Parameters
    ----------
    name, title, note, empty, folded, most
        As in `Table`.
    frame : DataFrame
    shares : sequence of str
        Columns that are fractions: shown in percent, saved whole.
    headings : mapping of str to str, optional
        What stands over a column, where that is not its name.
    """
    heads = [(headings or {}).get(str(column), str(column)) for column in frame.columns]
    columns = [_cells(frame[column], share=column in shares) for column in frame.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Table(name, title, heads, rows, note, empty, folded, most)


def rows_table(name: str, title: str, rows: Sequence[Mapping[str, Any]], **more: Any) -> Table:
    """Return rows, dicts by column, as a table; see `frame_table`."""
    return frame_table(name, title, pd.DataFrame(list(rows)), **more)


def _cells(column: "pd.Series[Any]", *, share: bool) -> list[Cell]:
    if pd.api.types.is_float_dtype(column.dtype):
        numbers = [None if value != value else value for value in column.tolist()]
        return (
            [None if value is None else Percent(value) for value in numbers] if share else numbers
        )
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        written = column.dt.strftime("%Y-%m-%d %H:%M").astype(object)
        return [None if pd.isna(value) else str(value) for value in written]
    return [_cell(value, share=share) for value in column.tolist()]


def _cell(value: Any, *, share: bool) -> Cell:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    if share and isinstance(value, int | float):
        return Percent(float(value))
    if isinstance(value, np.generic):
        return _cell(value.item(), share=share)
    known: Cell = value
    return known


def seconds_of(times: "pd.Series[Any]") -> list[int]:
    """Return times as whole seconds since 1970."""
    return [int(one) for one in times.astype("datetime64[s, UTC]").astype("int64")]
