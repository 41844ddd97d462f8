"""Tables of a page as files: the same rows as CSV, JSON and Parquet."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from traderai_assets.pages.parts import Bar, Cell, Link, Page, Percent, Sketch, Table, Toned


def tables_of_page(page: Page) -> Iterator[Table]:
    """Yield the tables of a page in its order."""
    for section in page.sections:
        yield from (part for part in section.parts if isinstance(part, Table))


def saved_rows(table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table, each by column, with whole numbers and plain texts."""
    return [dict(zip(table.columns, map(plain, row), strict=True)) for row in table.rows]


def plain(cell: Cell) -> str | int | float | bool | None:
    """Return what is saved of a cell."""
    if isinstance(cell, Percent):
        return cell.share
    if isinstance(cell, Link | Toned | Bar | Sketch):
        return cell.text
    return cell


def write_tables(page: Page, folder: Path) -> list[Path]:
    """Write each table of a page as CSV, JSON and Parquet; return the Parquet files.

    Parameters
    ----------
    page : Page
    folder : Path
        Made where there is none; files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables_of_page(page):
        rows = saved_rows(table)
        frame = pd.DataFrame(rows, columns=list(table.columns))
        # A column of texts and numbers has no one type in Parquet
        mixed = [
            name
            for name in frame.columns
            if frame[name].dtype == object and len({type(one) for one in frame[name].dropna()}) > 1
        ]
        frame = frame.astype(dict.fromkeys(mixed, "str"))
        stem = folder / table.name
        frame.to_csv(stem.with_name(f"{table.name}.csv"), index=False)
        text = json.dumps(rows, indent=1, default=str)
        stem.with_name(f"{table.name}.json").write_text(text + "\n", encoding="utf-8")
        file = stem.with_name(f"{table.name}.parquet")
        frame.to_parquet(file, index=False)
        written.append(file)
    return written
