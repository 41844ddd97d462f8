"""Search months: those whose training searches the learners anew; the months between are refits.

A refit takes the choice of the search on the look-back that ends where its search month begins: a
function of the market's rows alone, whatever was stored of that month (docs/adr/0012).
"""

from datetime import timedelta

from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack

_MONTHS_A_YEAR = 12


def months_of_refits(every_months: int, learner_trials: int) -> int:
    """Return how many months after a search month take its choice; 0 where nothing is searched."""
    return every_months - 1 if learner_trials > 1 else 0


def search_month(served: Month, refits: int) -> Month:
    """Return the search month that decides for `served`: itself, or the last one before.

    Parameters
    ----------
    served : Month
    refits : int
        Months after each search month that take its choice; with it they divide the year, and the
        first search month is January.
    """
    every = refits + 1
    if _MONTHS_A_YEAR % every:
        raise ValueError(f"{every} months do not divide the year")
    return Month(served.year, (served.number - 1) // every * every + 1)


def search_look_back(month: Month, days: int) -> LookBack:
    """Return what the refits after a search month let search: the days before it begins."""
    return LookBack(month.start - timedelta(days=days), month.start)
