"""Sections that stand by themselves: what cannot be read is a line, and takes no other along."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from traderai_assets.pages.parts import Cell, Part, Section, Words
from traderai_assets.status.plain_errors import in_one_line


def section(name: str, title: str, parts: Callable[[], Iterable[Part]]) -> Section:
    """Return a section, or its title with the reason why it cannot be shown.

    Raises
    ------
    Exception
        What nobody can explain to a person: the application tells it in its log.
    """
    try:
        return Section(name, title, list(parts()))
    except Exception as error:
        told = in_one_line(error)
        if told is None:
            raise
        return Section(name, title, [Words([told], "bad")])


def cells(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str | Callable[[Any], Cell]]
) -> list[list[Cell]]:
    """Return the rows of a table from rows of facts.

    Parameters
    ----------
    rows : sequence of mapping
    columns : mapping
        Heading to the name of a fact, or to what makes a cell of the row.
    """
    return [
        [
            plain(row.get(source)) if isinstance(source, str) else source(row)
            for source in columns.values()
        ]
        for row in rows
    ]


def plain(value: Any) -> Cell:
    """Return what a cell can hold: a list as its parts, a truth in a word."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)
