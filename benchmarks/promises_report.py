"""The page of `make promises`: what was promised, what came, and whether that is the same."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from benchmarks.table import markdown

# Of the bars of driftless markets; and standard errors between promise and what came
MOST_NOISE, MOST_ERRORS = 0.01, 2.0
HEAD = (
    "edge",
    "look-back",
    "horizon",
    "round trip",
    "IC",
    "bars with a side",
    "promised",
    "came, gross",
    "apart",
    "net",
)


@dataclass(frozen=True)
class Case:
    """What a market's model did over the 30 days after it was made.

    Attributes
    ----------
    coefficient : float
        Correlation of the hidden pressure with the return over the horizon.
    bars : int
        At which something was decided or not.
    days : list of (decisions, promised, came)
        Sums of gross returns over the day's decisions, of days with any.
    """

    edge: str
    lookback_days: int
    horizon_bars: int
    round_trip: float
    coefficient: float
    bars: int
    days: list[tuple[int, float, float]]


@dataclass(frozen=True)
class Row:
    """All markets of one edge, look-back, horizon and cost; returns a decision, in basis points."""

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

    @property
    def kept(self) -> bool:
        """Whether what came is at least what was promised, or within its errors of it."""
        return not self.share or self.promised - self.came <= MOST_ERRORS * self.error


def row_of(cases: Sequence[Case]) -> Row:
    """Add markets up; errors go by days, each of a market its own."""
    days = np.array([day for case in cases for day in case.days], dtype=np.float64).reshape(-1, 3)
    decisions = float(days[:, 0].sum())
    first = cases[0]
    share = decisions / sum(case.bars for case in cases)
    coefficient = float(np.mean([case.coefficient for case in cases]))
    head = first.edge, first.lookback_days, first.horizon_bars, first.round_trip, coefficient, share
    if not decisions:
        return Row(*head, math.nan, math.nan, math.nan, math.nan, math.nan)
    promised, came = (float(days[:, column].sum()) / decisions for column in (1, 2))
    apart = days[:, 1] - days[:, 2] - (promised - came) * days[:, 0]
    spread = days[:, 2] - came * days[:, 0]
    errors = (math.sqrt(float((part**2).sum())) / decisions for part in (apart, spread))
    error, net_error = errors
    basis = 10_000.0
    return Row(
        *head,
        promised * basis,
        came * basis,
        error * basis,
        (came - first.round_trip) * basis,
        net_error * basis,
    )


def rows_of(cases: Iterable[Case]) -> list[Row]:
    """One row for each edge, look-back, horizon and cost, in the order in which they come."""
    order: dict[tuple[str, int, int, float], list[Case]] = {}
    for case in cases:
        key = case.edge, case.lookback_days, case.horizon_bars, case.round_trip
        order.setdefault(key, []).append(case)
    return [row_of(found) for found in order.values()]


def promises_page(cases: Sequence[Case], of: str) -> tuple[str, bool]:
    """Write the page; and whether every promise was kept, and noise left alone."""
    rows = rows_of(cases)
    noise = [row for row in rows if row.edge == rows[0].edge]
    share = float(np.mean([row.share for row in noise]))
    late = [row for row in rows if not row.kept]
    lines = [HEAD, *map(_line, rows)]
    markets = {edge: len(list(found)) for edge, found in groupby(cases, lambda case: case.edge)}
    told = ", ".join(f"{count} trainings of {edge}" for edge, count in markets.items())
    said = (
        "Every promise was kept within two standard errors."
        if not late
        else f"**{len(late)} of {len(rows)} rows came to less than they promised.**"
    )
    page = f"""# What decisions promise, and what comes

Written by `make promises`; do not edit. A model learns from a look-back of a planted market and
decides over the 30 days after it, with the default plan but for look-back, horizon and costs. A
decision promises its pricing's slope times its forecast times the barrier width, before costs; what
came is the gross return of that position, walked to its own end. Basis points a decision,
with one standard error (the days of each market are blocks). {told}.

{markdown(lines)}

Of driftless markets {share:.2%} of bars took a side (at most {MOST_NOISE:.0%} is asked for). {said}

{of}.
"""
    return page, not late and share <= MOST_NOISE


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
        return (*head, "", "", "", "")
    return (
        *head,
        f"{row.promised:.1f}",
        f"{row.came:.1f}",
        f"{row.came - row.promised:+.1f} ± {row.error:.1f}" + ("" if row.kept else " **less**"),
        f"{row.net:+.1f} ± {row.net_error:.1f}",
    )
