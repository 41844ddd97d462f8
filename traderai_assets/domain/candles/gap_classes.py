"""THE table of gap classes: what each says, when it is asked for again, may learning cross it.

Ledger, gate, checks, features, labels, backtests, command line and docs read it; a class is one row
here and nothing elsewhere.
"""

from dataclasses import dataclass

import pandas as pd


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
    """

    name: str
    meaning: str
    believed: bool
    learning_may_cross: bool


OUTAGE = GapClass("outage", "The venue did not trade.", True, True)
NO_TRADE = GapClass("no_trade", "Nobody traded, as is this market's habit.", True, True)
FETCH_FAILURE = GapClass("fetch_failure", "A row was served and could not be used.", False, False)
NOT_LISTED = GapClass("not_listed", "The market was not listed yet.", True, True)
ENDED = GapClass("ended", "The market was delisted.", True, True)

GAP_CLASSES = {row.name: row for row in (OUTAGE, NO_TRADE, FETCH_FAILURE, NOT_LISTED, ENDED)}


def uncrossable(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return start and end of the gaps that learning may not cross, oldest first."""
    barred = [name for name, row in GAP_CLASSES.items() if not row.learning_may_cross]
    found = gaps.loc[gaps["kind"].isin(barred), ["start", "end"]]
    return found.sort_values("start").reset_index(drop=True)
