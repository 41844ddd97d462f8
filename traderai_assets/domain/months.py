"""Months: calendar months, UTC, as partition keys `YYYY-MM`; a bar belongs where it opens."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

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


def months_between(start: datetime, end: datetime) -> list[Month]:
    """Every month that meets [start, end), oldest first; empty where end <= start."""
    months = []
    month = Month.of(start)
    while month.start < end and start < end:
        months.append(month)
        month = month.shift(1)
    return months
