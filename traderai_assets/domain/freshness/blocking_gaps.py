"""Blocking gaps: absences over which no model is made, as a person is told of them."""

from dataclasses import dataclass
from datetime import datetime

from traderai_assets.domain.candles.gap_classes import GAP_CLASSES

_AT_ONCE = 1970  # What was never asked for is due since then


@dataclass(frozen=True)
class BlockingGap:
    """An absence over which no model is made.

    Attributes
    ----------
    start, end : datetime
    kind : str
        Class of the gap.
    barred : bool
        Whether it is believed, and learning may not cross it; else it is not believed.
    times_asked : int
        How often it was asked for.
    next_ask : datetime or None
        When it is asked for again; None where never.
    """

    start: datetime
    end: datetime
    kind: str
    barred: bool
    times_asked: int = 0
    next_ask: datetime | None = None

    @property
    def sentence(self) -> str:
        """What it is and what becomes of it, for a person."""
        stretch = f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC"
        if self.barred:
            meaning = GAP_CLASSES[self.kind].meaning
            return f"{stretch} ({self.kind}: {meaning[0].lower()}{meaning[1:-1]})"
        asked = "once" if self.times_asked == 1 else f"{self.times_asked} times"
        again = f", again {_when(self.next_ask)}" if self.next_ask else ""
        return f"{stretch} was asked for {asked}{again} ({self.kind}, not believed yet)"


def _when(moment: datetime) -> str:
    return "at once" if moment.year == _AT_ONCE else f"at {moment:%Y-%m-%d %H:%M} UTC"
