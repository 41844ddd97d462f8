"""The script: what happens at which close, in days of as many bars as the form has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAYS = 7
BAR = timedelta(hours=1)
TIMEFRAME = "1h"


@dataclass(frozen=True)
class Form:
    """How long a day is.

    Attributes
    ----------
    name : str
    bars_a_day : int
        Closes of a simulated day.
    """

    name: str
    bars_a_day: int

    @property
    def bars(self) -> int:
        """Closes of all days."""
        return DAYS * self.bars_a_day

    def place(self, day: int, share: float) -> int:
        """Return the number of the close, from 0, at a share of a day counted from 1."""
        return (day - 1) * self.bars_a_day + int(share * self.bars_a_day)


FORMS = {one.name: one for one in (Form("short", 3), Form("long", 24))}


@dataclass(frozen=True)
class Script:
    """All that is planted, by the numbers of closes.

    Attributes
    ----------
    begins : datetime
        When the first bar of day one opens.
    changes : int
        From this bar on the regime is another: where day four begins.
    outages : tuple of (int, int)
        From which to which close the exchange answers nothing.
    silent : int
        The bar in which one market did not trade.
    revised : int
        After this close the bar before it is corrected.
    kills : tuple of int
        After these closes every process is killed.
    bars : int
        Closes that are lived through: all of the form's, or as many as there was time for.
    """

    form: Form
    begins: datetime
    changes: int
    outages: tuple[tuple[int, int], ...]
    silent: int
    revised: int
    kills: tuple[int, ...]
    bars: int

    @classmethod
    def of(cls, form: Form, begins: datetime) -> "Script":
        """Lay the script over the days of a form."""
        return cls(
            form,
            begins,
            changes=form.place(4, 0.0),
            outages=tuple((form.place(day, 0.25), form.place(day, 0.5)) for day in (2, 6)),
            silent=form.place(3, 0.5),
            revised=form.place(5, 0.5),
            kills=tuple(form.place(day, 0.75) for day in range(1, DAYS + 1)),
            bars=form.bars,
        )

    def opened(self, number: int) -> datetime:
        """When the bar of a close opened."""
        return self.begins + number * BAR

    def is_out(self, number: int) -> bool:
        """Whether the exchange answers nothing at a close."""
        return any(first <= number < last for first, last in self.outages)
