"""Printing: a table for people, JSON for programs, from the same rows.

Into a pipe goes plain text alone. On a terminal tables have colours, unless NO_COLOR is set.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from traderai_assets.cli.colours import MOST_CHARACTERS, draw_rows, has_colours
from traderai_assets.domain.plain_text import plain_line

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON."
)
"""The option of every command that answers something."""


def print_rows(rows: Sequence[Mapping[Any, Any]], *, as_json: bool, empty: str) -> None:
    """Print `rows`; say `empty` to a person where there are none."""
    if as_json:
        click.echo(json.dumps(list(rows), default=str, indent=2))
    elif rows and has_colours():
        draw_rows(rows)
    else:
        click.echo(table(rows) or empty)


def answer(sentence: str, *, as_json: bool, **facts: Any) -> None:
    """Print a sentence to a person, and what it says as an object to a program."""
    if as_json:
        click.echo(json.dumps(facts, default=str, indent=2))
    elif sentence:
        click.echo(sentence)


def table(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Return `rows` as columns under their names, empty where a row has none; "" without rows."""
    if not rows:
        return ""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(name) for name in names]]
    cells += [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(value: object) -> str:
    return "" if value is None else plain_line(value, most=MOST_CHARACTERS)
