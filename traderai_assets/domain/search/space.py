"""The space of a search: named dimensions with their limits and defaults. Nothing is sampled here.

Which dimensions a learner or a trading policy has, they say themselves.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import check_number, check_whole
from traderai_assets.domain.numbers import significant

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

MAX_DIMENSIONS = 64
MAX_GRID = 10_000
MAX_VALUES = 1_000
MAX_MAGNITUDE = 1e15
# Of a proposal; the rest says nothing
DIGITS = 9

Value = float | int | str | bool
Parameters = dict[str, Value]


@dataclass(frozen=True)
class Dimension:
    """Numbers from `low` to `high`, both included.

    Parameters
    ----------
    name : str
        Name of the parameter.
    low, high : float
        Its limits, `low` < `high`.
    default : float
        Its value in the first trial.
    log : bool, default=False
        Search it by magnitude; `low` is then above 0 (and at least 1 where `whole`).
    whole : bool, default=False
        Whole numbers only.
    """

    name: str
    low: float
    high: float
    default: float = field(kw_only=True)
    log: bool = field(default=False, kw_only=True)
    whole: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        check = check_whole if self.whole else check_number
        least = (1 if self.whole else 5e-324) if self.log else -MAX_MAGNITUDE
        most = int(MAX_MAGNITUDE) if self.whole else MAX_MAGNITUDE
        check(f"{self.name}.low", self.low, int(least) if self.whole else least, most)  # type: ignore[arg-type]
        check(f"{self.name}.high", self.high, int(least) if self.whole else least, most)  # type: ignore[arg-type]
        if not self.low < self.high:
            raise InvalidSettings(f"{self.name}: low = {self.low!r} is not below {self.high!r}")
        self.check(self.default)
        for part in ("low", "high", "default"):  # 1 and 1.0 are the same limit: write it one way
            number = getattr(self, part)
            object.__setattr__(self, part, int(number) if self.whole else float(number))

    def check(self, value: Value) -> None:
        """Raise InvalidSettings unless `value` lies in the dimension."""
        check = check_whole if self.whole else check_number
        check(self.name, value, self.low, self.high)  # type: ignore[arg-type]

    def at(self, fraction: float) -> Value:
        """The value so far (0..1) along the dimension."""
        if self.log:
            span = math.log(self.high) - math.log(self.low)
            value = math.exp(math.log(self.low) + fraction * span)
        else:
            value = self.low + fraction * (self.high - self.low)
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else float(value)

    def fraction(self, value: float) -> float:
        """How far along the dimension `value` lies, 0..1."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def points(self, count: int) -> list[Value]:
        """At most `count` values, evenly apart, ends included."""
        return list(dict.fromkeys(self.at(part) for part in np.linspace(0.0, 1.0, count)))

    def distribution(self) -> "BaseDistribution":
        """The same for Optuna."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.whole:
            return IntDistribution(int(self.low), int(self.high), log=self.log)
        return FloatDistribution(float(self.low), float(self.high), log=self.log)


@dataclass(frozen=True)
class Choices:
    """Values without an order: texts, numbers or bools, each once; the first unless `default`."""

    name: str
    values: tuple[Value, ...]
    default: Value | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_whole(f"{self.name}: number of values", len(self.values), 1, MAX_VALUES)
        for value in self.values:
            if not isinstance(value, str | int | float) or value != value:  # NaN
                raise InvalidSettings(f"{self.name} = {value!r} is not a text, number or bool")
        if len(set(self.values)) != len(self.values):
            raise InvalidSettings(f"{self.name} = {self.values!r} must name each value once")
        if self.default is None:
            object.__setattr__(self, "default", self.values[0])
        self.check(self.default)

    def check(self, value: Value | None) -> None:
        """Raise InvalidSettings unless `value` is one of the values."""
        if value not in self.values:
            raise InvalidSettings(f"{self.name} = {value!r} is not one of {self.values!r}")

    def points(self, _count: int) -> list[Value]:
        """All values."""
        return list(self.values)

    def distribution(self) -> "BaseDistribution":
        """The same for Optuna."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.values)


@dataclass(frozen=True)
class Space:
    """All dimensions of a search, each name once; none at all is a space of one point."""

    dimensions: Sequence[Dimension | Choices]

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimensions", tuple(self.dimensions))
        check_whole("number of dimensions", len(self.dimensions), 0, MAX_DIMENSIONS)
        names = [dimension.name for dimension in self.dimensions]
        if len(set(names)) != len(names) or not all(names):
            raise InvalidSettings(f"dimensions {', '.join(names)} must each have their own name")

    @property
    def defaults(self) -> Parameters:
        """Every dimension's default: the first trial."""
        return {dimension.name: dimension.default for dimension in self.dimensions}  # type: ignore[misc]

    def check(self, parameters: Mapping[str, Any]) -> None:
        """Raise InvalidSettings unless `parameters` is a point of this space."""
        names = [dimension.name for dimension in self.dimensions]
        if sorted(parameters) != sorted(names):
            raise InvalidSettings(f"parameters {sorted(parameters)} are not {sorted(names)}")
        for dimension in self.dimensions:
            dimension.check(parameters[dimension.name])

    def holds(self, parameters: Mapping[str, Any]) -> bool:
        """Whether `parameters` is a point of this space."""
        try:
            self.check(parameters)
        except InvalidSettings:
            return False
        return True

    def rounded(self, parameters: Parameters) -> Parameters:
        """Round what a sampler proposed to `DIGITS` digits.

        Its last ones are those of the processor's exponential and matrix product, and a model made
        of them would have another id on another machine.
        """
        near = dict(parameters)
        for part in self.dimensions:
            if isinstance(part, Dimension) and not part.whole:
                value = significant(float(near[part.name]), DIGITS)
                near[part.name] = min(max(value, part.low), part.high)
        return near

    def distributions(self) -> dict[str, "BaseDistribution"]:
        """The same for Optuna."""
        return {dimension.name: dimension.distribution() for dimension in self.dimensions}

    def grid(self, points_per_dimension: int) -> list[Parameters]:
        """Every combination of evenly spaced points, the last dimension turning fastest.

        Raises
        ------
        InvalidSettings
            If there are more than `MAX_GRID`, or fewer than two points in a dimension.
        """
        size = self.grid_size(points_per_dimension)
        if size > MAX_GRID:
            raise InvalidSettings(
                f"a grid of {points_per_dimension} points in each of {len(self.dimensions)} "
                f"dimensions has {size} points, more than {MAX_GRID}; search fewer dimensions, or "
                "with another sampler"
            )
        names = [dimension.name for dimension in self.dimensions]
        axes = [dimension.points(points_per_dimension) for dimension in self.dimensions]
        return [dict(zip(names, point, strict=True)) for point in product(*axes)]

    def grid_size(self, points_per_dimension: int) -> int:
        """How many points that grid has."""
        check_whole("points_per_dimension", points_per_dimension, 2, MAX_GRID)
        return math.prod(len(part.points(points_per_dimension)) for part in self.dimensions)
