"""Colours: how a table or a sentence looks on a terminal; into a pipe nothing of it goes.

rich is imported only where there is a terminal. What is drawn is plain before it gets here: no cell
is read as markup.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from traderai_assets.cli.plain_output import PlainStream
from traderai_assets.domain.plain_text import plain_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MOST_CHARACTERS = 1_000  # Of one cell
# Words that tell how something stands, wherever they are a whole cell
STYLES = {
    **dict.fromkeys(("ok", "success", "proven", "finished", "full"), "green"),
    **dict.fromkeys(
        ("warning", "doubted", "queued", "resting", "paper", "suspended", "unheard", "candidate"),
        "yellow",
    ),
    **dict.fromkeys(("broken", "failure", "failing", "refused", "failed"), "bold red"),
    **dict.fromkeys(("started", "starting", "running"), "cyan"),
}
_TITLE = "bold"
# Characters: between columns, of what is kept in one piece, and that a long text has at least
_GAP, _SHORT, _LEAST = 2, 24, 20


def has_colours(stream: TextIO | None = None) -> bool:
    """Whether a person sees colours there: a terminal that can, and no NO_COLOR."""
    stream = sys.stdout if stream is None else stream
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not unwanted and stream.isatty()


def console(stream: TextIO | None = None) -> "Console":
    """Return what draws on the terminal below our plain stream."""
    from rich.console import Console

    stream = sys.stdout if stream is None else stream
    below = stream.terminal if isinstance(stream, PlainStream) else stream
    return Console(file=below, highlight=False, markup=False, emoji=False)


def coloured_table(rows: Sequence[Mapping[Any, Any]], width: int | None = None) -> "Table":
    """Return rows as a table whose cells wrap, numbers at the right.

    Where there is room only long texts wrap: an id or a market's key is read in one piece. `width`
    is the terminal's where not given.
    """
    from rich.table import Table

    names = list(dict.fromkeys(name for row in rows for name in row))
    widths = {name: max(len(str(one)) for one in (name, *_column(rows, name))) for name in names}
    whole = {name for name in names if widths[name] <= _SHORT}
    room = (console().width if width is None else width) - _GAP * len(names)
    fits = sum(widths[name] for name in whole) + _LEAST * (len(names) - len(whole)) <= room
    drawn = Table(box=None, header_style=_TITLE, pad_edge=False, padding=(0, _GAP, 0, 0))
    for name in names:
        numbers = all(isinstance(row.get(name), int | float | None) for row in rows)
        drawn.add_column(
            plain_line(name, most=MOST_CHARACTERS),
            justify="right" if numbers else "left",
            no_wrap=fits and name in whole,
            overflow="fold",
        )
    for row in rows:
        drawn.add_row(*(_cell(row.get(name)) for name in names))
    return drawn


def _column(rows: Sequence[Mapping[Any, Any]], name: Any) -> list[Any]:
    return ["" if row.get(name) is None else row[name] for row in rows]


def _cell(value: object) -> Any:
    from rich.text import Text

    plain = "" if value is None else plain_line(value, most=MOST_CHARACTERS)
    return Text(plain, style=STYLES.get(plain, ""))


def draw_rows(rows: Sequence[Mapping[Any, Any]]) -> None:
    """Draw a table."""
    console().print(coloured_table(rows))
