"""The period that a report is of: from when until when, either end open."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from traderai_assets.domain.errors import InvalidInput


@dataclass(frozen=True)
class Period:
    """A stretch of time, UTC.

    Attributes
    ----------
    since, until : datetime or None
        From `since` on, before `until`; None is open.
    """

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since >= self.until:
            raise InvalidInput(
                f"--since {self.since:%Y-%m-%d %H:%M} is not before --until "
                f"{self.until:%Y-%m-%d %H:%M}; give an earlier one"
            )

    def of(self, frame: pd.DataFrame, column: str) -> pd.DataFrame:
        """Return the rows whose time lies within."""
        kept = pd.Series(data=True, index=frame.index)
        if self.since is not None:
            kept &= frame[column] >= pd.Timestamp(self.since)
        if self.until is not None:
            kept &= frame[column] < pd.Timestamp(self.until)
        found: pd.DataFrame = frame[kept].reset_index(drop=True)
        return found

    def months(self, stored: list[str]) -> list[str]:
        """Return those of the stored months, YYYY-MM, that reach into it."""
        first = f"{self.since:%Y-%m}" if self.since else ""
        last = f"{self.until:%Y-%m}" if self.until else "9999-12"
        return [month for month in stored if first <= month <= last]

    @property
    def text(self) -> str:
        """As a person reads it."""
        if self.since is None and self.until is None:
            return "all that is stored"
        since = f"from {self.since:%Y-%m-%d %H:%M}" if self.since else "from the first"
        until = f"until {self.until:%Y-%m-%d %H:%M}" if self.until else "until the last"
        return f"{since} {until} UTC"


ALL = Period()
