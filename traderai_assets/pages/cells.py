"""Cells of tables as HTML: a number shown short and kept whole, a link, a bar, a tone."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from traderai_assets.domain.numbers import percent, shown
from traderai_assets.pages.embedding import drawn
from traderai_assets.pages.parts import Bar, Cell, Link, Percent, Sketch, Table, Toned

# Said by more than a colour
MARKS = {"good": "✓", "bad": "✗", "warn": "!"}
# Longer texts are broken into lines
LONG = 40


def cell_html(cell: Cell) -> Markup:
    """Return one cell; `data-v` holds what is saved where it is not what is shown.

    Parameters
    ----------
    cell : Cell
        NaN is an empty cell, as None is; a truth is written as yes or no.
    """
    if cell is None or _is_nothing(cell):
        return Markup('<td class="none"></td>')
    if isinstance(cell, bool):
        return Markup('<td data-v="{}">{}</td>').format(
            "true" if cell else "false", "yes" if cell else "no"
        )
    if isinstance(cell, int):
        return Markup('<td class="n">{}</td>').format(cell)
    if isinstance(cell, float):
        short, whole = shown(cell), repr(float(cell))
        kept = Markup("") if short == whole else Markup(' data-v="{}"').format(whole)
        return Markup('<td class="n"{}>{}</td>').format(kept, short)
    if isinstance(cell, Percent):
        return Markup('<td class="n" data-v="{}">{}</td>').format(
            repr(float(cell.share)), percent(cell.share)
        )
    if isinstance(cell, Link):
        return Markup('<td><a href="{}">{}</a></td>').format(cell.href, cell.text)
    if isinstance(cell, Bar):
        width = min(max(cell.share, 0.0), 1.0) * 100
        return Markup('<td class="bar"><span style="width:{}%"></span><b>{}</b></td>').format(
            f"{width:.1f}", cell.text
        )
    if isinstance(cell, Sketch):
        return Markup('<td class="sketch" data-v="{0}" title="{0}">{1}</td>').format(
            cell.text, drawn(cell.svg)
        )
    if isinstance(cell, Toned):
        return _toned(cell)
    return Markup("<td{}>{}</td>").format(_width(cell), cell)


def _is_nothing(cell: Cell) -> bool:
    if isinstance(cell, Sketch):
        return not cell.svg
    return isinstance(cell, float) and math.isnan(cell)


def _toned(cell: Toned) -> Markup:
    mark = f"{MARKS[cell.tone]} " if cell.tone in MARKS else ""
    kind = f"{cell.tone} long" if len(cell.text) > LONG else cell.tone
    return Markup('<td class="{}" data-v="{}">{}{}</td>').format(kind, cell.text, mark, cell.text)


def _width(text: str) -> Markup:
    return Markup(' class="long"') if len(text) > LONG else Markup("")


def rows_shown(table: Table) -> Sequence[Sequence[Cell]]:
    """Return the rows that stand on the page."""
    return table.rows if table.most is None else table.rows[-table.most :]


def numeric_columns(table: Table) -> Sequence[str]:
    """Return the columns in which every known cell is a number: they stand on the right."""
    found = []
    for index, column in enumerate(table.columns):
        known = [row[index] for row in table.rows if row[index] is not None]
        if known and all(
            isinstance(one, int | float | Percent) and not isinstance(one, bool) for one in known
        ):
            found.append(column)
    return found
