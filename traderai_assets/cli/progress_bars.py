"""Progress bars: how far something is that a person waits for; nothing where there is no terminal.

They are drawn on standard error and go when it is done: what is printed is the answer alone.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from traderai_assets.cli.colours import console, has_colours

if TYPE_CHECKING:
    from rich.progress import Progress

Step = TypeVar("Step")


def each(steps: Iterable[Step], what: str, number: int) -> Iterator[Step]:
    """Yield each of `number` steps, with a bar that tells which it is at."""
    with bars() as drawn:
        task = None if drawn is None else drawn.add_task(what, total=number)
        for step in steps:
            yield step
            if drawn is not None and task is not None:
                drawn.advance(task)


@contextmanager
def bars() -> Iterator["Progress | None"]:
    """Yield what draws bars while the block lasts; None where nobody would see them."""
    if not has_colours(sys.stderr):
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(sys.stderr), transient=True) as drawn:
        yield drawn
