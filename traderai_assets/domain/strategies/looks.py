"""Looks: the days on which a record is judged, and what each may spend of the error probability.

A look is made once, with what is known at its day: nothing that comes later changes it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import pandas as pd

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.spending import SpentLook, next_bound, spent_by

MONTHS: Final = (6, 9, 12, 15, 18)
# Months of a record that is a multiple of it fall on whole months at every fraction
_STEP = 6
_COUNTS: Final = ("number", "strategies", "days", "trades", "exposure_days")
_NUMBERS: Final = (
    *("fraction", "alpha_spent", "bound", "t", "intercept_t", "max_drawdown"),
    *("stepwise_t", "stepwise_critical"),
)


@dataclass(frozen=True)
class LookCalendar:
    """When a record is looked at; laid down when the strategy is registered.

    Attributes
    ----------
    first_day : Timestamp
        Midnight UTC of the record's first day.
    months : tuple of int
        After how many months each look is made, rising; at the last all there is may be spent.
    """

    first_day: pd.Timestamp
    months: tuple[int, ...] = MONTHS

    def __post_init__(self) -> None:
        day, months = self.first_day, self.months
        if day.tzinfo is None or day != day.floor("D"):
            raise InvalidInput(f"a record begins at {day}; expected midnight UTC of a day")
        if not months or min(months) < 1 or sorted(set(months)) != list(months):
            raise InvalidInput(f"looks after {list(months)} months; expected rising numbers from 1")

    @classmethod
    def over(cls, first_day: pd.Timestamp, months: int) -> "LookCalendar":
        """Lay five looks over a record of so many months, at the same fractions as over 18."""
        if months < _STEP or months % _STEP:
            raise InvalidInput(
                f"a record of {months} months; expected a multiple of {_STEP}, so that every look "
                "is at the end of a month"
            )
        return cls(first_day, tuple(months * month // MONTHS[-1] for month in MONTHS))

    @property
    def looks(self) -> range:
        """Numbers of the looks, from 1."""
        return range(1, len(self.months) + 1)

    def day_of(self, number: int) -> pd.Timestamp:
        """The day of a look: what came before it is looked at."""
        return self.first_day + pd.DateOffset(months=self.months[number - 1])

    def fraction_of(self, number: int) -> float:
        """Share of all information that there is at a look."""
        return self.months[number - 1] / self.months[-1]


@dataclass(frozen=True)
class Look:
    """One look that was made: a row to be stored, and never changed.

    Attributes
    ----------
    number : int
        From 1.
    day : Timestamp
        Days before it were looked at.
    fraction : float
        Share of all information there will be.
    strategies : int
        Ever registered, when the look was made.
    alpha_spent : float
        Error probability spent by now, this look included.
    bound : float or None
        What t had to reach; None where nothing was left to spend.
    t : float
        Of the mean daily net return of the pool (Newey and West), as the normal number that is as
        rare: `MeanTest.z`.
    intercept_t : float
        Of what it earned beside a share of buy-and-hold.
    max_drawdown : float
    stepwise_t, stepwise_critical : float or None
        Of the stepwise test over the strategies; None where an earlier condition refused already.
    days, trades, exposure_days : int
        Of the pool.
    passed : bool
    """

    number: int
    day: pd.Timestamp
    fraction: float
    strategies: int
    alpha_spent: float
    bound: float | None
    t: float
    intercept_t: float
    max_drawdown: float
    stepwise_t: float | None
    stepwise_critical: float | None
    days: int
    trades: int
    exposure_days: int
    passed: bool

    def to_row(self) -> dict[str, Any]:
        """Every value by name, None where there is none."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Look":
        """Read what `to_row` gave, also from a row of a DataFrame."""
        values = {one.name: row[one.name] for one in fields(cls)}
        for name in _COUNTS:
            values[name] = int(values[name])
        for name in _NUMBERS:
            absent = values[name] is None or math.isnan(values[name])
            values[name] = None if absent else float(values[name])
        values["day"] = pd.Timestamp(values["day"])
        values["passed"] = bool(values["passed"])
        return cls(**values)


@dataclass(frozen=True)
class Allowance:
    """What a look may spend: its bound, and what is spent once it was made."""

    bound: float | None
    alpha_spent: float


def allowance(made: Sequence[Look], fraction: float, *, alpha: float, strategies: int) -> Allowance:
    """Say what a look may spend, given those that were made.

    Parameters
    ----------
    made : sequence of Look
        Before it. They stand as they are, whatever has become of `strategies` since.
    fraction : float
        Of this look.
    alpha : float
        Of all strategies together.
    strategies : int
        Ever registered, by now; each has an equal part of `alpha`.

    Raises
    ------
    InvalidInput
        If there are fewer strategies than there were.
    """
    most = max((look.strategies for look in made), default=1)
    if strategies < most:
        raise InvalidInput(
            f"{strategies} strategies ever registered, at an earlier look there were {most}; "
            "those that were deleted stay counted"
        )
    spent = made[-1].alpha_spent if made else 0.0
    may = spent_by(alpha / strategies, fraction)
    before = [SpentLook(look.fraction, look.bound) for look in made if look.bound is not None]
    bound = next_bound(before, fraction, may - spent)
    return Allowance(bound, spent if bound is None else may)
