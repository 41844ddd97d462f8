"""Scales: where on a picture a value stands, and the round values that are written beside it."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
DAY = 86_400.0


@dataclass(frozen=True)
class Scale:
    """Maps `low` to `start` and `high` to `end`, in a straight line or by logarithms.

    Attributes
    ----------
    low, high : float
        Values; `low < high`, and above 0 where they are mapped by logarithms.
    start, end : float
        Coordinates; `start > end` where values grow upwards.
    by_logs : bool
        Whether equal ratios are equally far apart. A value below `low` then stands at `low`.
    """

    low: float
    high: float
    start: float
    end: float
    by_logs: bool = False

    def at(self, values: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return coordinates of values; NaN stays NaN."""
        given = np.asarray(values, np.float64)
        if self.by_logs:
            share = _logs(np.maximum(given, self.low) / self.low) / math.log(self.high / self.low)
        else:
            share = (given - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def _logs(ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    # One by one: few are drawn, and NumPy's own logarithm differs from machine to machine
    found = [math.log(one) for one in ratios.ravel()]
    return np.array(found, np.float64).reshape(ratios.shape)


def bounds(values: NDArray[np.float64], *, include: float | None = None) -> tuple[float, float]:
    """Return the least and the greatest finite value, apart from each other.

    Parameters
    ----------
    values : array of any shape
        Without any finite value the bounds are 0 and 1.
    include : float or None
        A value that lies within the bounds in any case, such as 0 of returns.
    """
    finite = values[np.isfinite(values)]
    known = np.append(finite, include) if include is not None else finite
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if low < high:
        return low, high
    room = abs(low) * 0.05 or 0.5
    return low - room, high + room


def round_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return up to `most` + 1 values within: multiples of 1, 2, 2.5 or 5 times a power of ten."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in _STEPS if one * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = [float(f"{index * step:.12g}") for index in range(first, last + 1)]
    return [tick for tick in ticks if low <= tick <= high]


def ratio_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round values within two that are above 0: of each power of ten 1, 2 and 5, or fewer.

    Where two such values do not lie within, those of `round_ticks`.
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        found = [float(f"{digit}e{power}") for power in powers for digit in digits]
        within = [one for one in found if low <= one <= high]
        if len(within) <= most:
            return within if len(within) > 1 else round_ticks(low, high)
    return within[:: -(-len(within) // most)]


def time_ticks(first: datetime, last: datetime, most: int = 6) -> list[tuple[datetime, str]]:
    """Return at most `most` moments between two, spread evenly, each with what is written under it.

    Whole days and longer spans are written as dates, shorter ones with the time (UTC).
    """
    span = (last - first).total_seconds()
    count = max(min(most, 12), 2)
    pattern = "%Y-%m-%d" if span > 3 * DAY else "%m-%d %H:%M"
    grid = DAY if span > 3 * DAY else 60.0
    moments = []
    for index in range(count):
        seconds = first.timestamp() + span * (index + 0.5) / count
        moments.append(datetime.fromtimestamp(seconds - seconds % grid, UTC))
    return [
        (moment, moment.strftime(pattern))
        for moment in dict.fromkeys(moments)
        if first <= moment <= last
    ]
