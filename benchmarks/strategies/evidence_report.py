"""The page of the evidence on strategies: what was demanded of the verdict, and what it did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.machine import machine, versions
from benchmarks.strategies.trials import COUNTS, CRITERIA
from benchmarks.strategies.worlds import FIRST_DAY
from benchmarks.table import markdown
from traderai_assets.domain.strategies.looks import MONTHS, Look, LookCalendar, allowance

LIBRARIES = ("numpy", "pandas", "numba")
# Of T2: markets, true Sharpe ratio of each, least share of candidates among 5 strategies
LEAST_POWER = ((10, 2.0, 0.90), (10, 1.5, 0.70), (10, 1.0, 0.35), (2, 2.0, 0.74), (1, 3.0, 0.89))
# Of T1: promised family error, most candidates of one strategy, and of the family of 5
MOST_FALSE = ((0.05, 0.015, 0.06), (0.01, 0.004, None))
FIVE = COUNTS.index(5)
# Look at month 12
_MIDDLE_LOOK = 3


@dataclass(frozen=True)
class Demand:
    """Something measured, and what it is held to."""

    name: str
    what: str
    measured: float
    bound: float
    at_most: bool

    @property
    def met(self) -> bool:
        """Whether it is as small, or as large, as demanded."""
        return self.measured <= self.bound if self.at_most else self.measured >= self.bound


@dataclass(frozen=True)
class Findings:
    """What all trials said, each by the world it was made of."""

    copies: list[float]
    families: dict[str, list[list[list[int]]]]
    power: dict[tuple[int, float], list[list[int]]]
    among_five: dict[tuple[int, float], list[int]]
    stepwise: dict[str, list[int]]
    stepwise_power: dict[float, list[bool]]
    live_null: dict[str, list[int | None]]
    kept: dict[str, list[bool]]
    live: dict[tuple[float, float], list[tuple[int | None, int | None]]]

    @property
    def demands(self) -> list[Demand]:
        """Everything that is demanded, with what was measured."""
        return list(self._demands())

    @property
    def all_met(self) -> bool:
        """Whether every demand is met."""
        return all(demand.met for demand in self.demands)

    def _demands(self) -> Iterator[Demand]:
        for law, families in self.families.items():
            for at, (promised, one, family) in enumerate(MOST_FALSE):
                told = f"{len(families)} {law} families of 5 without skill at {promised:.0%}"
                flat = [look > 0 for found in families for look in found[at]]
                yield Demand("T1", f"{told}: one is a candidate", share(flat), one, True)
                if family is not None:
                    any_of = [max(found[at]) > 0 for found in families]
                    yield Demand("T1", f"{told}: any is", share(any_of), family, True)
        for markets, sharpe, least in LEAST_POWER:
            measured = share([look > 0 for look in self.among_five[markets, sharpe]])
            what = f"{markets} markets, Sharpe ratio {sharpe:g}, among 5: candidate by month 18"
            yield Demand("T2", what, measured, least, False)
        yield Demand(
            "T3", "ten copies of a market: t apart from one's", max(self.copies), 1e-9, True
        )
        for law, found in self.stepwise.items():
            what = f"{len(found)} {law} pools of 20 without skill: the stepwise test finds any"
            yield Demand("T4", what, share([count > 0 for count in found]), 0.08, True)


def share(found: Sequence[bool]) -> float:
    """Of those that are true."""
    return sum(found) / len(found)


def evidence_page(findings: Findings) -> str:
    """Write the page as markdown."""
    alpha, worlds = CRITERIA.alpha, len(next(iter(findings.power.values())))
    five = min(map(len, findings.among_five.values()))
    error = 0.5 / five**0.5
    return f"""# Evidence on strategies

Written by `make evidence`; do not edit. Worlds are made by `benchmarks/strategies/worlds.py`, where
it is known what a strategy is worth: its daily net returns in each market have a fixed Sharpe
ratio, and those of two markets are correlated by .35. What decides is the platform's own code
(`domain/strategies`), with all conditions of a candidate. What it means to a trader:
[strategies](strategies.md).

## What is demanded

{_demands(findings.demands)}

"Without skill" is a Sharpe ratio of 0 after costs. What is promised is what is spent over the
looks and strategies. Shares of T2 are of {five} worlds each, with a standard error of {error:.2%}
at most. In rough worlds returns have heavy tails and clusters, a day remembers a tenth of the one
before, and every fifth is silent.

## What is found

Share of strategies that are candidates after {MONTHS[-1]} months of daily results (looks at months
{", ".join(map(str, MONTHS))}), where {alpha:g} is spent; {worlds} quiet worlds a row, so that the
standard error of a share is {0.5 / worlds**0.5:.3f} at most. R strategies are registered, the
others without skill.

{_power(findings)}

The bounds on t that the looks ask for:

{_bounds(alpha)}

Of twenty strategies whose results are correlated by .6, one of them good, the stepwise test finds
the good one in {_stepwise(findings)}.

## The live stage

One strategy in one market, without skill, live for two years after a year on record; and one that
earns to the bit what it promised, over two years. {len(findings.live_null["quiet"])} worlds a row.

{_live_errors(findings)}

"Creeping" earns a little nearly every day and loses it all at once, once in 250 days. Who stakes a
fifth of his wealth on a day owes more than he has after a loss of more than five deviations, and
the debt is forgiven: for such losses the error that is promised is no theorem, only what is
measured here.

One strategy in ten markets, 18 months on record, then two years live;
{len(next(iter(findings.live.values())))} worlds a row.

{_live_power(findings)}

## Of what

- Seeds from 0 for every kind of world. {versions(LIBRARIES)}.
- {machine()}.
"""


def _demands(demands: Sequence[Demand]) -> str:
    rows = [("", "what", "measured", "demanded", "")]
    for one in demands:
        relation = "at most" if one.at_most else "at least"
        small = one.bound < 1e-6
        rows.append(
            (
                one.name,
                one.what,
                f"{one.measured:.0e}" if small else f"{one.measured:.2%}",
                f"{relation} {one.bound:.0e}" if small else f"{relation} {one.bound:.1%}",
                "met" if one.met else "**not met**",
            )
        )
    return markdown(rows)


def _power(findings: Findings) -> str:
    head = ("markets", "Sharpe ratio of each", "of the pool")
    rows = [(*head, *(f"R {count}" for count in COUNTS), "by month 12, R 1", "by month 12, R 5")]
    for (markets, sharpe), found in findings.power.items():
        pool = sharpe * (markets / (1 + (markets - 1) * 0.35)) ** 0.5
        by_end = [f"{share([one[at] > 0 for one in found]):.3f}" for at in range(len(COUNTS))]
        early = [f"{share([0 < one[at] <= _MIDDLE_LOOK for one in found]):.3f}" for at in (0, FIVE)]
        rows.append((str(markets), f"{sharpe:g}", f"{pool:.1f}", *by_end, *early))
    return markdown(rows)


def _bounds(alpha: float) -> str:
    calendar = LookCalendar(FIRST_DAY)
    rows = [("R", *(f"month {month}" for month in MONTHS))]
    for count in COUNTS:
        made: list[Look] = []
        for number in calendar.looks:
            fraction = calendar.fraction_of(number)
            may = allowance(made, fraction, alpha=alpha, strategies=count)
            made.append(_unpassed(number, calendar, count, may.alpha_spent, may.bound))
        told = ["none" if look.bound is None else f"{look.bound:.2f}" for look in made]
        rows.append((str(count), *told))
    return markdown(rows)


def _unpassed(
    number: int, calendar: LookCalendar, strategies: int, spent: float, bound: float | None
) -> Look:
    return Look(
        number=number,
        day=calendar.day_of(number),
        fraction=calendar.fraction_of(number),
        strategies=strategies,
        alpha_spent=spent,
        bound=bound,
        t=0.0,
        intercept_t=0.0,
        max_drawdown=0.0,
        stepwise_t=None,
        stepwise_critical=None,
        days=0,
        trades=0,
        exposure_days=0,
        passed=False,
    )


def _stepwise(findings: Findings) -> str:
    told = [
        f"{share(found):.0%} of {len(found)} worlds where its pool's Sharpe ratio is {sharpe:g}"
        for sharpe, found in findings.stepwise_power.items()
    ]
    return ",\n".join(told)


def _live_errors(findings: Findings) -> str:
    rows = [("law", "promoted without skill", "suspended though it keeps its promise", "bound")]
    for law, found in findings.live_null.items():
        rows.append(
            (
                law,
                f"{share([days is not None for days in found]):.2%}",
                f"{share(findings.kept[law]):.2%}",
                f"at most {CRITERIA.promotion_alpha:.0%}",
            )
        )
    return markdown(rows)


def _live_power(findings: Findings) -> str:
    head = ("ten markets, Sharpe ratio of each", "when live", "promoted", "days until half are")
    rows = [(*head, "suspended", "days until half are")]
    for (before, after), found in findings.live.items():
        told = [text for at in (0, 1) for text in _when([one[at] for one in found])]
        rows.append((f"{before:g}", f"{after:g}", *told))
    return markdown(rows)


def _when(days: Sequence[int | None]) -> tuple[str, str]:
    """Share within the two years, and the days until half are; a dash where half never are."""
    reached = median([10_000 if day is None else day for day in days])
    within = share([day is not None for day in days])
    return f"{within:.2f}", f"{reached:.0f}" if reached < 10_000 else "-"
