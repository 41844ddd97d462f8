"""The choice of learners and labels: of a search on the model's own rows, or of an earlier one.

A model of a search month chooses by its own search. One of a month between is refitted with what
the search on the look-back of its search month chose. That search has seen everything up to where
its look-back ends: a test that begins before is decided by what is tried first, or what the fold
says of it would not be out of sample.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import numpy as np

from traderai_assets.domain.arrays import IntArray, milliseconds
from traderai_assets.domain.errors import TrainingError
from traderai_assets.domain.search.trials import Trials
from traderai_assets.domain.training.dataset import LookBackData, gather_look_back
from traderai_assets.domain.training.fit_arrays import FitArrays
from traderai_assets.domain.training.fitting import Fitter
from traderai_assets.domain.training.learner_search import LearnerSearch
from traderai_assets.domain.training.out_of_fold import Configuration, OutOfFold
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import EARLIER_SEARCH, ProgressMeter
from traderai_assets.domain.training.search_order import SearchOrder, SearchRows


class LearnerChoice(Protocol):
    """What decides with which labels and parameters each fold is fitted."""

    trials: Trials

    def best(self, tests: int) -> Configuration:
        """Return what fold `tests` is fitted with; the fold after the last is what serves."""


class Refit:
    """The choice of an earlier search, and what is tried first where that search has seen.

    Parameters
    ----------
    search : LearnerSearch
        After its run.
    begins_ms : ndarray of shape (n_tests,)
        When the test of each fold of the model's own rows begins.
    until_ms : int
        Where the look-back of the search ends.
    """

    def __init__(self, search: LearnerSearch, begins_ms: IntArray, until_ms: int) -> None:
        self.trials = search.trials
        self._seen = int(np.searchsorted(begins_ms, until_ms))
        self._first = search.best(0)
        self._choice = search.best(len(begins_ms))

    def best(self, tests: int) -> Configuration:
        """Return the choice; what is tried first where the search has seen the fold's test."""
        return self._first if tests < self._seen else self._choice


@dataclass(frozen=True, eq=False)
class Chosen:
    """The choice, and where it comes from as a card says it.

    Attributes
    ----------
    learners : LearnerChoice
    searched : mapping
        Search month, look-back, whether that is an earlier one's (`refit`), and why not where it
        should have been (`because`).
    """

    learners: LearnerChoice
    searched: Mapping[str, Any]


class LearnerChooser:
    """Chooses learners and labels as it is ordered.

    Parameters
    ----------
    plan : TrainingPlan
    bar : timedelta
        Length of a bar.
    order : SearchOrder
    storage, meter, fits
        As the engine has them.
    """

    def __init__(
        self,
        plan: TrainingPlan,
        bar: timedelta,
        order: SearchOrder,
        *,
        storage: Any,
        meter: ProgressMeter,
        fits: Callable[[FitArrays], Fitter],
    ) -> None:
        self._plan = plan
        self._bar = bar
        self._order = order
        self._storage = storage
        self._meter = meter
        self._fits = fits
        self._start = None if order.start is None else dict(order.start.parameters)

    def choose(self, data: LookBackData, own: OutOfFold, study: str) -> Chosen:
        """Take an earlier search's choice, or search the model's own rows.

        Parameters
        ----------
        data, own
            The model's own look-back, and fits on it.
        study : str
            Name of the study of its own search.

        Raises
        ------
        TrainingError
            If no trial on its own rows comes to its end.
        """
        because, earlier = self._order.because, self._order.earlier
        if earlier is not None:
            try:
                refit = self._refit(data, earlier)
                return Chosen(refit, _told(earlier.month, earlier.look_back, refit=True))
            except TrainingError as error:  # Told in the card: a gap of then must not bar a model
                because = f"the look-back of {earlier.month} cannot be searched: {error}"
        search = LearnerSearch(data, self._plan, own, self._meter)
        search.run(self._storage, study, self._start)
        month, look_back = self._order.month, self._order.look_back
        return Chosen(search, _told(month, look_back, because=because))

    def _refit(self, data: LookBackData, earlier: SearchRows) -> Refit:
        searched = gather_look_back(
            earlier.features, earlier.labels, earlier.candles, plan=self._plan, bar=self._bar
        )
        fitter = self._fits(FitArrays.of(searched, self._plan))
        fits = OutOfFold(searched, self._plan, fitter, self._meter)
        search = LearnerSearch(searched, self._plan, fits, self._meter, EARLIER_SEARCH)
        search.run(self._storage, earlier.study, self._start)
        return Refit(search, begins_of_tests(data, self._plan), milliseconds(earlier.until))


def _told(month: str, look_back: str, *, refit: bool = False, because: str = "") -> dict[str, Any]:
    return {"month": month, "look_back": look_back, "refit": refit, "because": because}


def begins_of_tests(data: LookBackData, plan: TrainingPlan) -> IntArray:
    """When the test of each fold begins: the same bars under every labelling."""
    rows, folds = data.rows[plan.labelling], data.folds[plan.labelling]
    return np.array([rows.open_ms[fold.test[0]] for fold in folds], dtype=np.int64)
