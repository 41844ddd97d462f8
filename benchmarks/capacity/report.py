"""docs/capacity.md: how many live markets this machine carries."""

from collections.abc import Sequence

from benchmarks.capacity.measured import Measured
from benchmarks.machine import machine, versions
from benchmarks.table import markdown

LIBRARIES = ("dagster", "deltalake", "pandas", "numba", "lightgbm", "xgboost-cpu", "ccxt")
HEAD = (
    "markets",
    "bars",
    "words",
    "close to word: p50",
    "p99",
    "worst",
    "CPU of all",
    "between bars",
    "a run",
    "kB a bar",
    "event rows a bar",
    "runs that failed",
)
PAGE = """# Live capacity

`make capacity`: bars of 5 minutes close by a clock at real speed, and each market's word is
awaited: what its strategy predicts at that close, committed. The whole platform runs beside the
exchange: code server, daemon, web server, queue, one process a run. Three markets were lived in
(65 days of candles, a model that speaks on paper), and the others are their copies. The idle
minutes between a word and the next close are skipped; what the platform does in them was measured
for a minute and is counted in.

{table}

p50, p99 and worst are seconds from the close, by the exchange's clock, to the commit of the
prediction. CPU is the share of all cores, the exchange's own left out; `a run` is the most memory
that any run has had. kB and event rows are what one bar of one market leaves behind before
anything is cleaned away.

{slope}

Running are the sensors that live work needs. Others look every 30 s at models, verdicts and
drift, at a few milliseconds a market ([operations](operations.md)).

{machine}; {versions}.
"""


def capacity_page(found: Sequence[Measured]) -> str:
    """Write the page as markdown."""
    return PAGE.format(
        table=markdown([HEAD, *map(_line, found)]),
        slope=_slope(found),
        machine=machine(),
        versions=versions(LIBRARIES),
    )


def _line(one: Measured) -> tuple[str, ...]:
    return (
        str(one.markets),
        str(one.bars),
        f"{one.words} of {one.expected}",
        f"{one.median:.1f} s",
        f"{one.p99:.1f} s",
        f"{one.worst:.1f} s",
        f"{one.cpu_share:.1%}",
        f"{one.idle_share:.1%}",
        f"{one.most_mb:.0f} MB",
        f"{one.bytes_a_bar / 1000:.0f}",
        f"{one.rows_a_bar:.1f}",
        str(one.troubles),
    )


def _slope(found: Sequence[Measured]) -> str:
    """Say what one market more costs, from the fewest to the most."""
    if len(found) < 2:
        return ""
    few, many = found[0], found[-1]
    more = many.markets - few.markets
    cpu = (many.cpu_seconds - few.cpu_seconds) / more
    wait = (many.p99 - few.p99) / more
    return (
        f"From {few.markets} to {many.markets} markets each one more costs {cpu:.2f} CPU seconds a "
        f"bar and {wait:.2f} s of the slowest word."
    )
