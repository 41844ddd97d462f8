"""A table in Markdown that is short enough to stand on a page without a click."""

import re
from collections.abc import Sequence

from traderai_assets.domain.pictures.sparkline import MOST_CHARACTERS


def small_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    most_characters: int = MOST_CHARACTERS,
) -> str:
    """Return the rows as a Markdown table of at most 999 characters, "" where there are none.

    Rows that do not fit are left out, the last first; a line below the table says how many.

    Parameters
    ----------
    columns : sequence of str
    rows : sequence of sequence of str
        One text a column. What Markdown would take for a border of the table is escaped.
    most_characters : int

    Raises
    ------
    ValueError
        If a row has another number of values than there are columns, or not even the first row
        fits.
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(
                f"a row of a table has {len(row)} values: {list(row)[:4]}; expected one for each "
                f"of {list(columns)}"
            )
    if not rows:
        return ""
    head = [_line(columns), _line(["---"] * len(columns))]
    lines = [_line(row) for row in rows]
    for count in range(len(lines), 0, -1):
        left = len(lines) - count
        told = ["", f"and {left} more"] if left else []
        text = "\n".join([*head, *lines[:count], *told])
        if len(text) <= most_characters:
            return text
    raise ValueError(
        f"a table of {list(columns)} has no room for its first row within {most_characters} "
        f"characters: {lines[0][:60]}; give it fewer columns or shorter texts"
    )


def _line(cells: Sequence[str]) -> str:
    body = " | ".join(re.sub("[|]", r"\\|", cell.replace("\n", " ")) for cell in cells)
    return f"| {body} |"
