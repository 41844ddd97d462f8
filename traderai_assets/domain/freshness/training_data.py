"""Whether a look-back is complete: what it lacks, month by month, and the commands that mend it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pandas as pd

from traderai_assets.domain.freshness.blocking_gaps import BlockingGap
from traderai_assets.domain.freshness.look_back_facts import LookBackFacts, Span
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack


@dataclass(frozen=True)
class Refusal:
    """Why a model must not be trained now, and what helps.

    Attributes
    ----------
    market : str
        Market key.
    served : Month
        The month whose model was asked for.
    found : str
        What is wrong, as the second half of a sentence.
    window : LookBack or None
        What the model would learn from; None where the month is not due.
    missing : mapping of Month to int
        Bars that are neither stored nor known gaps.
    unmade : tuple of Month
        Months whose features or labels are not made of their candles as they are stored.
    present : datetime or None
        Up to when months can be fetched.
    """

    market: str
    served: Month
    found: str
    window: LookBack | None = None
    missing: Mapping[Month, int] = field(default_factory=dict)
    unmade: tuple[Month, ...] = ()
    present: datetime | None = None

    @property
    def months(self) -> list[Month]:
        """What must be fetched or made, oldest first."""
        return sorted({*self.missing, *self.unmade})

    @property
    def commands(self) -> list[str]:
        """What to type."""
        return backfill_commands(self.market, self.months, self.present)

    @property
    def way_out(self) -> str:
        """What is wrong and what helps, for a sentence that has named the market."""
        typed = " and ".join(f'"{command}"' for command in self.commands)
        return f"{self.found}; fetch and make them with {typed}" if typed else self.found

    @property
    def sentence(self) -> str:
        """All of it, for a person."""
        if self.window is None:
            return self.way_out
        return (
            f"a model of {self.market} for {self.served.key} learns from "
            f"{self.window.start:%Y-%m-%d %H:%M} to {self.window.until:%Y-%m-%d %H:%M} UTC, but "
            f"{self.way_out}"
        )


def look_back_refusal(facts: LookBackFacts, span: Span, short: str | None = None) -> Refusal | None:
    """Say what a look-back lacks; None where every bar is accounted for and learned from.

    Parameters
    ----------
    facts : LookBackFacts
    span : Span
    short : str, optional
        That there are too few days of it.
    """
    window = span.window
    coverage = {month: facts.months[month] for month in window.months}
    missing = {month: lack for month, one in coverage.items() if (lack := one.missing_bars)}
    cold = {month: lack for month, one in facts.warm_up.items() if (lack := one.missing_bars)}
    # What was before may be any, and of a month that grows as much is learned as is made of it
    learned = {*window.months, *facts.warm_up} - {span.growing}
    unmade = tuple(month for month, one in coverage.items() if learned & {*one.other_candles})
    blocking_gaps = [gap for one in coverage.values() for gap in one.blocking_gaps]
    barred = [gap for gap in blocking_gaps if gap.barred and gap.end > window.start]
    if not missing and not cold and not unmade and not barred and not short:
        return None
    found = [short] if short else []
    if missing:
        found.append(
            f"{sum(missing.values())} bars of the look-back are neither stored nor known gaps, in "
            + _named(missing)
            + _first_of([gap for gap in blocking_gaps if not gap.barred])
        )
    if cold:
        found.append(
            f"{sum(cold.values())} bars before the look-back, on which its features warm up, are "
            f"neither stored nor known gaps, in {_named(cold)}"
        )
    if barred:
        found.append(_not_crossed(barred, window))
    if unmade:
        found.append(
            "features and labels are not made of the candles as they are stored, in "
            + _named(unmade)
        )
    together = ", and ".join(found)
    market, served, present = facts.market.key, facts.served, facts.extent.present
    lacking = {month: missing.get(month, 0) + cold.get(month, 0) for month in {**cold, **missing}}
    return Refusal(market, served, together, window, lacking, unmade, present)


def _first_of(blocking_gaps: Sequence[BlockingGap]) -> str:
    """The first of what is not believed, in brackets."""
    if not blocking_gaps:
        return ""
    more = f", and {len(blocking_gaps) - 1} more" if len(blocking_gaps) > 1 else ""
    return f" ({blocking_gaps[0].sentence}{more})"


def _not_crossed(barred: Sequence[BlockingGap], window: LookBack) -> str:
    """Say which stretch no model learns across, and from when on one can be made."""
    last = max(barred, key=lambda gap: gap.end)
    length = window.until - window.start
    return (
        f"no model learns across {last.sentence}; one is made of the "
        f"{length.days} days after it, from {last.end + length:%Y-%m-%d %H:%M} UTC on"
    )


def backfill_commands(
    market: str, months: Iterable[Month], present: datetime | None = None
) -> list[str]:
    """Return a command for each stretch of months that follow one another, oldest first.

    The last day is left out where it has not come: what is fetched then ends today.
    """
    stretches: list[list[Month]] = []
    for month in sorted(set(months)):
        if stretches and month == stretches[-1][-1].shift(1):
            stretches[-1].append(month)
        else:
            stretches.append([month])
    return [
        f"traderai backfill {market} --since {stretch[0].start:%Y-%m-%d}"
        + _last_day(stretch[-1], present)
        for stretch in stretches
    ]


def agree_until(made_of: pd.DataFrame, stored: pd.DataFrame, bar: timedelta) -> datetime | None:
    """Return the close of the last candle up to which two versions of a month are the same.

    What is known at a bar depends on nothing after it: features and labels made of one version are
    right for the other up to there. None where the first candles differ already.
    """
    both = min(len(made_of), len(stored))
    one, other = made_of.iloc[:both].reset_index(drop=True), stored.iloc[:both]
    same = (one == other.reset_index(drop=True)).all(axis="columns").to_numpy()
    agreeing = both if same.all() else int(same.argmin())
    if agreeing == 0:
        return None
    last: datetime = stored["open_time"].iloc[agreeing - 1].to_pydatetime()
    return last + bar


def _last_day(month: Month, present: datetime | None) -> str:
    if present is None or month.end > present:
        return ""
    return f" --until {month.end - timedelta(days=1):%Y-%m-%d}"


def _named(months: Iterable[Month]) -> str:
    return ", ".join(month.key for month in months)
