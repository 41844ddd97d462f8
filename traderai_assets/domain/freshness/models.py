"""Whether a market needs a new model, and whether its history is complete enough to train one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from traderai_assets.domain.months import Month
from traderai_assets.domain.training.window import LookBack, served_month


@dataclass(frozen=True)
class MonthCoverage:
    """What is known of one month of candles, up to the end of the look-back.

    Attributes
    ----------
    expected_bars : int
        Bars of the month that lie in the look-back, or of the whole month (`closed_bars`).
    stored_bars : int
        Those that are stored.
    known_gaps : int
        Those that are absent for a known reason; a failed fetch is none.
    """

    expected_bars: int
    stored_bars: int
    known_gaps: int

    @property
    def missing_bars(self) -> int:
        """Bars nobody can account for."""
        return max(0, self.expected_bars - self.stored_bars - self.known_gaps)


@dataclass(frozen=True)
class MissingHistory:
    """The months a look-back still waits for, and how many bars they lack."""

    months: tuple[Month, ...]
    bars: int

    @property
    def reason(self) -> str:
        """One sentence for a person."""
        months = ", ".join(month.key for month in self.months)
        return f"{self.bars} bars of the look-back are neither stored nor known gaps, in {months}"


@dataclass(frozen=True)
class ModelVerdict:
    """What to do about one market's model, and a sentence saying why."""

    market: str
    served_month: Month
    action: Literal["train", "wait", "fresh"]
    reason: str


def closed_bars(month: Month, until: datetime, bar: timedelta) -> int:
    """Bars of `month` that have closed by `until`."""
    return max(timedelta(), min(month.end, until) - month.start) // bar


def look_back_missing(
    coverage: Mapping[Month, MonthCoverage], look_back: LookBack, bar: timedelta
) -> MissingHistory | None:
    """Say what a look-back lacks; None where every bar is stored or known as a gap.

    A month without coverage lacks all its bars that the look-back meets.
    """
    lacking = {}
    for month in look_back.months:
        met = closed_bars(month, look_back.until, bar) - closed_bars(month, look_back.start, bar)
        bars = coverage[month].missing_bars if month in coverage else met
        if bars:
            lacking[month] = bars
    return MissingHistory(tuple(lacking), sum(lacking.values())) if lacking else None


def stale_models(
    trained_until: Mapping[str, datetime | None],
    now: datetime,
    *,
    max_age: timedelta,
    look_back_days: int,
    ready: Mapping[str, MissingHistory | None],
) -> list[ModelVerdict]:
    """Decide for every market whether to train, to wait for its history, or to let be.

    Parameters
    ----------
    trained_until : mapping of market key to datetime or None
        When the last label became known to the market's newest model; None where it has no model.
    now : datetime
    max_age : timedelta
        Older models are replaced.
    look_back_days : int
        Decides the month a new model would serve: see `training.window.served_month`.
    ready : mapping of market key to MissingHistory or None
        Of `look_back_missing`; None where nothing is missing. A market that is not in it has
        nothing stored yet, and waits.

    Returns
    -------
    list of ModelVerdict
        One a market, in the order of `trained_until`. A clock set back makes no model stale.
    """
    served = served_month(now, look_back_days)
    return [
        ModelVerdict(market, served, *_verdict(market, until, now, max_age, ready))
        for market, until in trained_until.items()
    ]


def _verdict(
    market: str,
    until: datetime | None,
    now: datetime,
    max_age: timedelta,
    ready: Mapping[str, MissingHistory | None],
) -> tuple[Literal["train", "wait", "fresh"], str]:
    if until is not None and now - until <= max_age:
        return "fresh", f"the model of {market} knows all up to {until:%Y-%m-%d %H:%M} UTC"
    if until is None:
        stale = f"{market} has no model"
    else:
        stale = f"the model of {market} is {now - until} old, beyond {max_age}"
    if market not in ready:
        return "wait", f"{stale}, and no candles"
    missing = ready[market]
    if missing is not None:
        return "wait", f"{stale}, but {missing.reason}"
    return "train", f"{stale}, and its look-back is complete"
