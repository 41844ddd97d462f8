"""The page of `make promises`: what was promised, what came, and whether that is the same."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from scipy.stats import binom

from benchmarks.promises.pooled import Case, Pooled, market_sums, pooled
from benchmarks.table import markdown

# Of the bars of driftless markets
MOST_NOISE = 0.01
# Of rows that keep their promise, so many are said to come to less; and of pages that do, so many
# say of anything that it did not
LATE_BY_LUCK, FAMILY_ERROR = 0.025, 0.05
POOLED_HEAD = "decisions of", "markets", "came / promised", "interval"
HEAD = (
    "edge",
    "look-back",
    "horizon",
    "round trip",
    "IC",
    "bars with a side",
    "markets",
    "promised",
    "came, gross",
    "apart",
    "net",
)


@dataclass(frozen=True)
class Row:
    """All markets of one edge, look-back, horizon and cost; returns a decision, in basis points.

    `markets` is how many of equal weight decide; with less than two there is no error.
    """

    edge: str
    lookback_days: int
    horizon_bars: int
    round_trip: float
    coefficient: float
    share: float
    promised: float
    came: float
    error: float
    net: float
    net_error: float

    markets: float

    @property
    def judged(self) -> bool:
        """Whether enough markets decide to tell what is luck."""
        return not math.isnan(self.error)

    @property
    def kept(self) -> bool:
        """Whether what came is at least what was promised, or within its interval of it."""
        if not self.judged:
            return True
        apart = Pooled(self.came - self.promised, self.error, self.markets)
        return apart.value + apart.reach(1.0 - 2.0 * LATE_BY_LUCK) >= 0.0


def row_of(cases: Sequence[Case]) -> Row:
    """Add markets up; errors go by markets."""
    sums = market_sums(cases)
    count, promised, came = sums.T
    first, basis = cases[0], 10_000.0
    apart, gross = pooled(came - promised, count), pooled(came, count)
    return Row(
        first.edge,
        first.lookback_days,
        first.horizon_bars,
        first.round_trip,
        float(np.mean([case.coefficient for case in cases])),
        float(count.sum()) / sum(case.bars for case in cases),
        pooled(promised, count).value * basis,
        gross.value * basis,
        apart.error * basis,
        (gross.value - first.round_trip) * basis,
        gross.error * basis,
        gross.markets,
    )


def rows_of(cases: Iterable[Case]) -> list[Row]:
    """One row for each edge, look-back, horizon and cost, in the order in which they come."""
    order: dict[tuple[str, int, int, float], list[Case]] = {}
    for case in cases:
        key = case.edge, case.lookback_days, case.horizon_bars, case.round_trip
        order.setdefault(key, []).append(case)
    return [row_of(found) for found in order.values()]


def promises_page(cases: Sequence[Case], of: str) -> tuple[str, bool]:
    """Write the page; and whether promises were kept, all in all, and noise left alone."""
    rows = rows_of(cases)
    noise = [row for row in rows if row.edge == rows[0].edge]
    share = float(np.mean([row.share for row in noise]))
    lines = [HEAD, *map(_line, rows)]
    markets = {edge: len(list(found)) for edge, found in groupby(cases, lambda case: case.edge)}
    told = ", ".join(f"{count} trainings of {edge}" for edge, count in markets.items())
    parts = _parts(cases)
    confidence = 1.0 - FAMILY_ERROR / max(len(parts), 1)
    less = [name for name, part in parts if part.value + part.reach(confidence) < 1.0]
    said = (
        f"**Less than was promised came of {', '.join(less)}.**"
        if less
        else "Nowhere did provably less come than was promised."
    )
    page = f"""# What decisions promise, and what comes

Written by `make promises`; do not edit. A model learns from a look-back of a planted market and
decides over the 30 days after it, with the default plan but for look-back, horizon and costs. A
decision promises its pricing's slope times its forecast times the barrier width, less what is
luck in having been chosen and decided, before costs; what came is the gross return of that
position, walked to its own end. {told}.

Of driftless markets {share:.2%} of bars took a side (at most {MOST_NOISE:.0%} is asked for).

## All decisions together

What came by what was promised, gross, of all decisions. What is independent is a market: one that
was looked back on for several horizons and costs counts once, and "markets" is how many of equal
weight have as much say. The intervals hold all at once with {1.0 - FAMILY_ERROR:.0%} (Bonferroni
over {len(parts)} lines, Student's t). {said}

{markdown([POOLED_HEAD, *(_pooled_line(name, part, confidence) for name, part in parts)])}

## Each edge, look-back, horizon and cost

Basis points a decision, with one standard error by markets; none where less than two markets of
equal weight decide. {_counted(rows)}

{markdown(lines)}

{of}.
"""
    return page, not less and share <= MOST_NOISE


def _parts(cases: Sequence[Case]) -> list[tuple[str, Pooled]]:
    """All decisions, those of each edge, and those of each cost, where there are any."""
    parts = {"all": list(cases)}
    for case in cases:
        parts.setdefault(case.edge, []).append(case)
    for case in sorted(cases, key=lambda case: case.round_trip):
        parts.setdefault(f"{case.round_trip * 10_000:.0f} bp a round trip", []).append(case)
    summed = ((name, market_sums(found)) for name, found in parts.items())
    return [(name, pooled(sums[:, 2], sums[:, 1])) for name, sums in summed if len(sums)]


def _counted(rows: Sequence[Row]) -> str:
    """How many rows came to less, beside how many luck alone makes."""
    judged = [row for row in rows if row.judged]
    late = [row for row in judged if not row.kept]
    alone = sum(row.share > 0.0 and not row.judged for row in rows)
    told, luck = len(judged), len(judged) * LATE_BY_LUCK
    return f"""{len(rows)} rows, {told} of them with an error, {alone} with too few markets.
By luck alone one row in {1.0 / LATE_BY_LUCK:.0f} that keeps its promise is said to come to "less":
of {told} that is {luck:.1f}, and in 19 of 20 pages no more than {_most_late(told)}.
Here it is {len(late)}."""


def _most_late(count: int) -> int:
    return int(binom.ppf(0.95, count, LATE_BY_LUCK))


def _pooled_line(name: str, part: Pooled, confidence: float) -> tuple[str, ...]:
    reach = part.reach(confidence)
    between = "" if math.isnan(reach) else f"{part.value - reach:.2f} to {part.value + reach:.2f}"
    return name, f"{part.markets:.1f}", f"{part.value:.2f}", between


def _line(row: Row) -> tuple[str, ...]:
    head = (
        row.edge,
        f"{row.lookback_days} days",
        str(row.horizon_bars),
        f"{row.round_trip * 10_000:.0f} bp",
        f"{row.coefficient:.2f}",
        f"{row.share:.2%}",
    )
    if not row.share:
        return (*head, "", "", "", "", "")
    error, net_error = (f" ± {one:.1f}" if row.judged else "" for one in (row.error, row.net_error))
    return (
        *head,
        f"{row.markets:.1f}",
        f"{row.promised:.1f}",
        f"{row.came:.1f}",
        f"{row.came - row.promised:+.1f}{error}" + ("" if row.kept else " **less**"),
        f"{row.net:+.1f}{net_error}",
    )
