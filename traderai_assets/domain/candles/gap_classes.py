"""THE table of gap classes: what each means, when it is asked for again, may learning cross it.

Ledger, gate, checks, features, labels, backtests, command line and docs read it; a class is one row
here and nothing elsewhere. How often an absence must have been asked for before it is taken for one
of these stands in gap_confirmation.py, what was asked and came back in ask_ledger.py.
"""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

# After the first time, the second, ...: minutes, an hour, a day, days. Faults of a venue last
# seconds, hours or until somebody comes to work on Monday; each is met by one of these.
ASKED_AGAIN_AFTER = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=7),
    timedelta(days=30),
)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# The longest that a class which is not believed is crossed: one broken row must not silence a
# market for the warm-up of its features, and the gate lets nothing learn from it meanwhile.
_SHORT = timedelta(hours=12)


@dataclass(frozen=True)
class GapClass:
    """One kind of absence.

    Attributes
    ----------
    name : str
        As the ledger's column `kind` has it.
    meaning : str
        One sentence for a person.
    believed : bool
        Whether it accounts for its bars: the gate doubts what is not believed.
    learning_may_cross : bool
        Whether features, labels and positions may reach from one side to the other.
    asked_again : tuple of timedelta
        How long after the first time it was asked for the second, after that the third, ...
    then_every : timedelta or None
        How often after those; None is never again.
    longest_crossed : timedelta
        What is longer may not be crossed, whatever `learning_may_cross` says.
    """

    name: str
    meaning: str
    believed: bool
    learning_may_cross: bool
    asked_again: tuple[timedelta, ...] = ASKED_AGAIN_AFTER
    then_every: timedelta | None = None
    longest_crossed: timedelta = timedelta.max


_SELDOM = (_HOUR, _DAY, timedelta(days=7), timedelta(days=30))
OUTAGE = GapClass("outage", "The venue did not trade.", True, True, asked_again=_SELDOM)
NO_TRADE = GapClass(
    "no_trade",
    "Nobody traded, as is this market's habit.",
    True,
    True,
    # A quiet market has thousands of these
    asked_again=(_HOUR, _DAY, timedelta(days=7)),
)
NOT_LISTED = GapClass("not_listed", "The market was not listed yet.", True, True)
ENDED = GapClass("ended", "The market was delisted.", True, True)
SILENCE = GapClass(
    "silence",
    "Asked again for days, the venue serves nothing of a long stretch.",
    True,
    False,
    then_every=timedelta(days=30),
)
UNREACHABLE = GapClass(
    "unreachable",
    "Older than the candles that the venue serves.",
    True,
    False,
    # What is out of reach does not come back; but one answer is not the truth
    asked_again=(_HOUR, _DAY),
    then_every=timedelta(days=30),
)
UNHEARD = GapClass(
    "unheard",
    "Asked for and not served; it is asked for again before that is believed.",
    False,
    True,
    then_every=timedelta(days=7),
    longest_crossed=_SHORT,
)
FETCH_FAILURE = GapClass(
    "fetch_failure",
    "A row was served and could not be used.",
    False,
    True,
    then_every=timedelta(days=7),
    longest_crossed=_SHORT,
)

GAP_CLASSES = {
    row.name: row
    for row in (
        OUTAGE,
        NO_TRADE,
        NOT_LISTED,
        ENDED,
        SILENCE,
        UNREACHABLE,
        UNHEARD,
        FETCH_FAILURE,
    )
}


def believed(gaps: pd.DataFrame) -> "pd.Series[bool]":
    """Return for each gap whether it accounts for its bars."""
    return gaps["kind"].isin([name for name, row in GAP_CLASSES.items() if row.believed])


def uncrossable(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return start and end of the gaps that learning may not cross, oldest first."""
    # timedelta.max is beyond what a column can hold
    longest = {
        name: min(row.longest_crossed, timedelta(days=36_500)) if row.learning_may_cross else -_DAY
        for name, row in GAP_CLASSES.items()
    }
    too_long = gaps["end"] - gaps["start"] > pd.to_timedelta(gaps["kind"].map(longest))
    found = gaps.loc[too_long, ["start", "end"]]
    return found.sort_values("start").reset_index(drop=True)


def waits_until(kind: str, times_asked: int, last_asked: pd.Timestamp) -> pd.Timestamp:
    """Return when a gap that was asked for so often is due again; NaT is never."""
    row = GAP_CLASSES[kind]
    wait = row.asked_again[times_asked - 1] if times_asked <= len(row.asked_again) else None
    wait = wait or row.then_every
    return pd.NaT if wait is None else last_asked + wait  # type: ignore[return-value]
