"""A relation: what a statement can name, described column by column, read when it is named."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Column:
    """A column of a relation.

    Attributes
    ----------
    name : str
    kind : str
        float64, int64, int8, bool, str or timestamp (UTC).
    description : str
        What it says, with its unit.
    """

    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class Relation:
    """Something that a statement can name.

    Attributes
    ----------
    name : str
    row : str
        What one row is, in a sentence.
    columns : tuple of Column
        In order; `read` gives exactly these.
    read : callable
        Reads all rows.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    read: Callable[[], pd.DataFrame]


PANDAS_KINDS = {"timestamp": "datetime64[ms, UTC]"}


def framed(columns: tuple[Column, ...], rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return rows as a frame with exactly these columns; what a row lacks is null."""
    nullable = {"int64": "Int64", "int8": "Int8", "bool": "boolean"}
    return pd.DataFrame(
        {
            one.name: pd.Series(
                [row.get(one.name) for row in rows],
                dtype=nullable.get(one.kind) or PANDAS_KINDS.get(one.kind, one.kind),
            )
            for one in columns
        }
    )
