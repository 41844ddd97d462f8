"""What a metric is: a named number, its unit, its bounds, and when there is none."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass

from traderai_assets.domain.numbers import percent, shown, significant


@dataclass(frozen=True)
class Unit:
    """What a number counts, and how people read it.

    Attributes
    ----------
    name : str
        As it stands in docs and in the description of a column.
    write : callable
        From a number to its text; not a number is "undefined".
    """

    name: str
    write: Callable[[float | None], str]


def _three_digits(value: float | None) -> str:
    return shown(value, 3)


def _counted(value: float | None) -> str:
    return shown(value, 15)


FRACTION = Unit("fraction", percent)
RATIO = Unit("ratio", _three_digits)
NATS = Unit("nats", _three_digits)
ACCOUNTS = Unit("accounts at the start", _three_digits)
COUNT = Unit("count", _counted)


@dataclass(frozen=True)
class Bounds:
    """Between what a number lies, by the names of pandera's checks; None where it has no bound."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def given(self) -> dict[str, float]:
        """Return the bounds that are set."""
        return {name: bound for name, bound in asdict(self).items() if bound is not None}


ANY = Bounds()
FINITE = Bounds(gt=-math.inf, lt=math.inf)
NOT_NEGATIVE = Bounds(ge=0)
SHARE = Bounds(ge=0, le=1)
RETURN = Bounds(ge=-1, lt=math.inf)


@dataclass(frozen=True)
class Metric:
    """One number by which something is judged.

    Attributes
    ----------
    name : str
        As computed, stored and shown.
    meaning : str
        A sentence; the description of its column.
    unit : Unit
    higher_is_better : bool or None
        None where neither is.
    undefined : str
        Where there is none; empty where there always is one. A metric that is added now needs
        this: rows that were stored before it have no value, so its column must be nullable.
    bounds : Bounds
        What is stored lies between them.
    headline : bool
        Whether it is among the first that people see, wherever there is no room for all.
    stored : bool
        Whether it is a column of the table; False where it stands on a model's card alone.
    """

    name: str
    meaning: str
    unit: Unit
    higher_is_better: bool | None
    undefined: str = ""
    bounds: Bounds = ANY
    headline: bool = False
    stored: bool = True

    @property
    def whole(self) -> bool:
        """Whether it is a number of things, which is stored as an integer."""
        return self.unit is COUNT

    def text(self, value: float | None) -> str:
        """Write a value for people."""
        return self.unit.write(value)

    def rounded(self, value: float | None) -> float | None:
        """Return a value with as many digits as people read; None where there is none."""
        if value is None or math.isnan(value):
            return None
        return int(value) if self.whole else significant(value, 4)
