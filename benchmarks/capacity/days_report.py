"""docs/capacity_days.md: what weeks of live markets leave behind, as a table and a picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks.machine import machine
from benchmarks.table import markdown

if TYPE_CHECKING:
    from benchmarks.capacity.days import Day

HEAD = ("day", "lake MB", "instance MB", "event rows", "runs", "s a tick", "s a page", "stale")
WIDTH, HEIGHT, MARGIN = 640, 240, 30
LINES = (("lake_mb", "lake", "#2f7ed8"), ("instance_mb", "instance", "#c0392b"))
PAGE = """# Weeks of live markets

`python -m benchmarks.capacity.days --page`: {markets} markets of 5-minute bars, {ticks} live ticks
a day, one after the other in one process, by an exchange's clock that moves on between two of them.
After each day it is cleaned up as the job `clean_up` does. Runs go 14 days after they ended,
counted in days that were lived. Files of the lake that were replaced go at the day's end, where
`[retention] lake_days` keeps them for three, since this machine's clock does not move on.

![MB of the lake and of the instance, day by day](images/capacity_days.svg)

{table}

Days are told after their cleaning up. `s a page` is what the web UI's questions for the runs page,
the page of candles, the partitions of features and all that is stale take together. `stale` counts
partitions of the open month of which Dagster last heard another content hash than is stored.

{machine}.
"""


def days_page(days: Sequence["Day"], markets: int, ticks: int) -> str:
    """Write the page as markdown."""
    rows = [_line(day) for day in days if day.page_seconds is not None or day.number % 5 == 0]
    return PAGE.format(
        markets=markets, ticks=ticks, table=markdown([HEAD, *rows]), machine=machine()
    )


def _line(day: "Day") -> tuple[str, ...]:
    return (
        str(day.number),
        f"{day.lake_mb:.0f}",
        f"{day.instance_mb:.0f}",
        str(day.rows),
        str(day.runs),
        f"{day.tick_seconds:.1f}",
        "" if day.page_seconds is None else f"{day.page_seconds:.2f}",
        str(day.stale),
    )


def days_picture(days: Sequence["Day"]) -> str:
    """Draw MB of the lake and of the instance over the days as SVG."""
    most = max(getattr(day, name) for day in days for name, _, _ in LINES)
    across = (WIDTH - 2 * MARGIN) / max(len(days) - 1, 1)
    drawn = []
    for place, (name, label, colour) in enumerate(LINES):
        points = " ".join(
            f"{MARGIN + number * across:.1f},"
            f"{HEIGHT - MARGIN - getattr(day, name) / most * (HEIGHT - 2 * MARGIN):.1f}"
            for number, day in enumerate(days)
        )
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}"/>')
        drawn.append(
            f'<text x="{MARGIN + 5}" y="{MARGIN + 14 * place}" fill="{colour}">{label}, '
            f"{getattr(days[-1], name):.0f} MB on day {days[-1].number}</text>"
        )
    axis = f"M{MARGIN} {MARGIN}V{HEIGHT - MARGIN}H{WIDTH - MARGIN}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">\n'
        f'<path d="{axis}" fill="none" stroke="#888"/>\n'
        f'<text x="{MARGIN}" y="{MARGIN - 10}" fill="#888">{most:.0f} MB</text>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )
