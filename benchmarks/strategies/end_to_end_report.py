"""The page of strategies that were judged end to end: what was demanded, and what was found."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from benchmarks.machine import machine, versions
from benchmarks.strategies.lakes import MONTHS_BEFORE, TIMEFRAME, Found, Plan
from benchmarks.table import markdown

LIBRARIES = ("numpy", "pandas", "lightgbm", "dagster", "deltalake")
# Of a family of strategies without skill, that any is a candidate
FAMILY_ERROR = 0.05
# Of ten lakes with an edge, that are found
LEAST_FOUND = 0.9
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Lakes:
    """Lakes of one kind.

    Attributes
    ----------
    plan : Plan
    asked : int
        Lakes there are to be.
    found : list of list of Found
        Of each lake that is done, of each strategy.
    """

    plan: Plan
    asked: int
    found: list[list[Found]]

    @property
    def done(self) -> bool:
        """Whether there are as many as were asked for."""
        return len(self.found) == self.asked

    @property
    def with_a_candidate(self) -> int:
        """Lakes in which any strategy is a candidate."""
        return sum(any(one.candidate for one in lake) for lake in self.found)


def end_to_end_page(planted: Lakes, noise: Lakes) -> tuple[str, bool]:
    """Write the page as markdown, and say whether all that was demanded is met."""
    rows = [("", "what", "measured", "95 % interval", "demanded", "")]
    met = []
    for lakes, what, demanded, is_met in (
        (noise, "families of 5 strategies without skill: any is a candidate", *_error(noise)),
        (planted, "lakes with a planted edge: the strategy is a candidate", *_power(planted)),
    ):
        found, count = lakes.with_a_candidate, len(lakes.found)
        told = "not measured" if not count else "met" if is_met else "**not met**"
        if count and not lakes.done:
            told += f", of {lakes.asked} lakes {count} so far"
        rows.append(
            (
                lakes.plan.name,
                what,
                f"{found} of {count}",
                _interval(found, count),
                demanded,
                told,
            )
        )
        met.append(is_met and lakes.done)
    page = f"""# Strategies end to end

Written by `make end-to-end`; do not edit. Everything is made by the platform's own assets, in one
process: the sandbox exchange replays candles of `benchmarks/planted.py`, and candles, features,
labels, models, backtests, record and verdict are materialized of them. What is shown here for some
lakes through all of it, [the evidence on strategies](strategy_evidence.md) shows for thousands of
records that are made up.

## What is demanded

{markdown(rows)}

The intervals are exact (Clopper and Pearson). Ten families alone cannot tell an error of 5 % from
one of 20 %: what they can show is that nothing on the way from candles to the verdict makes one out
of nothing.

## Of what

{markdown(_settings(noise.plan, planted.plan))}

{MONTHS_BEFORE} months of candles before the first model, bars of {TIMEFRAME}, a look-back of
{noise.plan.training["lookback_days"]} days, one trial of a learner (LightGBM) and two of a policy,
two folds. All markets are independent of each other: ten of one Sharpe ratio prove more here than
ten that are correlated by .35 (which the other page has). A confidence of
{noise.plan.training["confidence"]:g} takes a side wherever the mean return is above 0. At the
default of .9 a strategy is silent on noise ([promises](promises.md)), which is right and would show
nothing here; and at .8 it was silent for half a year in two markets with a drift of .05, though not
with .09. Whoever wants a weak edge to be judged has to set a confidence at which it is traded.

## Noise

{_law(noise)}{_table(noise)}

## A planted edge

{_table(planted)}

The Sharpe ratios are annual, after costs, of what was on record: each has a standard error of about
{(12 / planted.plan.months) ** 0.5:.1f}.

{versions(LIBRARIES)}; {machine()}.
"""
    return page, all(met)


def _error(noise: Lakes) -> tuple[str, bool]:
    count = len(noise.found)
    test = binomtest(noise.with_a_candidate, count, FAMILY_ERROR, "greater") if count else None
    met = test is not None and test.pvalue > 1 - _CONFIDENCE
    return f"no more than {FAMILY_ERROR:.0%} may give", met


def _power(planted: Lakes) -> tuple[str, bool]:
    count = len(planted.found)
    met = count > 0 and planted.with_a_candidate >= LEAST_FOUND * count
    return f"at least {LEAST_FOUND:.0%}", met


def _interval(found: int, count: int) -> str:
    if not count:
        return "-"
    interval = binomtest(found, count).proportion_ci(_CONFIDENCE, method="exact")
    return f"{interval.low:.1%} to {interval.high:.1%}"


def _settings(*plans: Plan) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("", "markets", "months served", "strategies", "drift", "costs of a round trip")
    ]
    for plan in plans:
        paid = 2 * (plan.costs["fee_rate"] + plan.costs["slippage_rate"])
        rows.append(
            (
                plan.name,
                str(plan.markets),
                str(plan.months),
                str(len(plan.strategies)),
                f"{plan.edge.drift:g}",
                f"{paid * 10_000:.0f} bp",
            )
        )
    return rows


def _law(noise: Lakes) -> str:
    t = [one.t for lake in noise.found for one in lake if one.t is not None]
    if len(t) < 2:
        return ""
    mean, deviation = np.mean(t), np.std(t, ddof=1)
    error = deviation / len(t) ** 0.5
    return f"""The t of the last look of {len(t)} strategies without skill: mean {mean:.2f}
(standard error {error:.2f}), standard deviation {deviation:.2f}; 0 and 1 are what a bound
stands on. Strategies of one family trade the same markets, so that their t are related.

"""


def _table(lakes: Lakes) -> str:
    head = (
        "lake",
        "strategy",
        "state",
        "looks",
        "t of the last",
        "bound",
        "trades",
        "Sharpe ratio",
    )
    rows: list[tuple[str, ...]] = [(*head, "of its markets")]
    for number, lake in enumerate(lakes.found, 1):
        for one in lake:
            low, high = min(one.sharpes), max(one.sharpes)
            rows.append(
                (
                    str(number),
                    one.strategy,
                    one.state,
                    str(one.looks),
                    "-" if one.t is None else f"{one.t:.2f}",
                    "-" if one.bound is None else f"{one.bound:.2f}",
                    str(one.trades),
                    f"{np.mean(one.sharpes):.2f}",
                    f"{low:.1f} to {high:.1f}",
                )
            )
    return markdown(rows) if len(rows) > 1 else "None is done."
