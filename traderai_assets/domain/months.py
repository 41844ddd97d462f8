"""Months: calendar months, UTC, as partition keys `YYYY-MM`; a bar belongs where it opens.

`months_back` is the only place that turns bars into months before a month. What each asset reads
so far back stands in reach.py.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from traderai_assets.domain.errors import InvalidMonth

_KEY = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month, UTC."""

    year: int
    number: int

    @classmethod
    def parse(cls, key: str) -> "Month":
        """Read `YYYY-MM`; raise InvalidMonth on anything else."""
        match = _KEY.fullmatch(key)
        if match is None:
            raise InvalidMonth(f"month {key[:20]!r} is not YYYY-MM, for example 2026-03")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        """The month in which `moment` (timezone-aware) lies."""
        utc = moment.astimezone(UTC)
        return cls(utc.year, utc.month)

    @property
    def key(self) -> str:
        """The partition key."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def start(self) -> datetime:
        """First instant of the month."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """First instant after the month."""
        return self.shift(1).start

    def shift(self, months: int) -> "Month":
        """The month so many later; earlier where negative."""
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def before(self, months: int) -> "list[Month]":
        """The `months` months before this one, oldest first."""
        return [self.shift(-back) for back in range(months, 0, -1)]

    def after(self, months: int) -> "list[Month]":
        """The `months` months after this one, oldest first."""
        return [self.shift(forth) for forth in range(1, months + 1)]


def months_between(start: datetime, end: datetime) -> list[Month]:
    """Every month that meets [start, end), oldest first; empty where end <= start."""
    months = []
    month = Month.of(start)
    while month.start < end and start < end:
        months.append(month)
        month = month.shift(1)
    return months


@lru_cache(maxsize=4096)
def months_back(bar: timedelta, bars: int) -> int:
    """Return how many months before a month must be read, so that so many bars are there.

    Whichever month it is: the shortest row of months decides, such as the 28 days of a February.
    A market whose bars are absent has fewer in them.

    Parameters
    ----------
    bar : timedelta
        Length of a bar.
    bars : int
        Bars before the first of the month; 0 needs no month.
    """
    months = 0
    while _shortest(months) < bars * bar:
        months += 1
    return months


@lru_cache(maxsize=1024)
def _shortest(months: int) -> timedelta:
    """Length of the shortest `months` months in a row; four years hold every case."""
    starts = (Month(2021, 1).shift(first) for first in range(48))
    return min(start.shift(months).start - start.start for start in starts)
