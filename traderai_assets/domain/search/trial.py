"""One trial: its evaluation fold by fold, how it ended, and what is reported of it meanwhile."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from traderai_assets.domain.errors import DegenerateData, TrainingError
from traderai_assets.domain.search.history import History
from traderai_assets.domain.search.progress import EVALUATING, SearchProgress
from traderai_assets.domain.search.pruning import MedianRule, Pruned
from traderai_assets.domain.search.samplers import Suggestion
from traderai_assets.domain.search.space import Parameters
from traderai_assets.domain.search.trial_store import TrialStore
from traderai_assets.domain.search.trials import COMPLETE, FAILED, PRUNED, TrialRecord, best_of


@dataclass(frozen=True)
class Outcome:
    """What an evaluation came to: the value to maximise, and facts worth keeping, as JSON."""

    value: float
    facts: Mapping[str, Any] = field(default_factory=dict)


ReportFold = Callable[[int, float], None]
Evaluate = Callable[[Parameters, ReportFold], Outcome]


class SearchReporter:
    """Reports how far the search is."""

    def __init__(
        self, report: Callable[[SearchProgress], None], n_trials: int, history: History
    ) -> None:
        self._report = report
        self._n_trials = n_trials
        self.history = history

    def report(self, phase: str, folds_done: int = 0, sampler: str = "") -> None:
        """Send the progress; what the receiver raises goes on to whoever called."""
        records = self.history.records
        best = best_of(records)
        value = None if best is None else best.value
        self._report(
            SearchProgress(phase, len(records), self._n_trials, folds_done, value, sampler)
        )


def try_out(
    ordinal: int,
    suggestion: Suggestion,
    evaluate: Evaluate,
    trial_store: TrialStore,
    pruning: MedianRule | None,
    reporter: SearchReporter,
) -> TrialRecord:
    """Evaluate one suggestion and write down what came of it."""
    attempt = trial_store.begin(ordinal, suggestion)
    values: list[float] = []

    def at_fold(fold: int, value: float) -> None:
        if fold != len(values):
            raise ValueError(f"fold {fold} was reported where fold {len(values)} was expected")
        values.append(_finite(f"fold {fold}", value))
        trial_store.check_own()
        reporter.report(EVALUATING, len(values), suggestion.sampler)
        if pruning is not None and pruning.ends(values, reporter.history.records):
            raise Pruned(f"below the median after fold {fold}")

    reporter.report(EVALUATING, 0, suggestion.sampler)
    state, value, reason, facts = COMPLETE, None, "", {}
    try:
        outcome = evaluate(dict(suggestion.parameters), at_fold)
        value = _finite("the trial", outcome.value)
        # As it will be read back, so that a resumed search has the same
        facts = json.loads(json.dumps(dict(outcome.facts), allow_nan=False))
    except Pruned as pruned:
        state, reason = PRUNED, str(pruned)
    except TrainingError as error:
        state, reason = FAILED, f"{type(error).__name__}: {error}"
    record = TrialRecord(
        ordinal=ordinal,
        state=state,
        parameters=suggestion.parameters,
        fold_values=tuple(values),
        value=value,
        sampler=suggestion.sampler,
        reason=reason,
        facts=facts,
    )
    trial_store.end(attempt, record)
    return record


def _finite(what: str, value: float) -> float:
    if not math.isfinite(value):
        raise DegenerateData(f"{what} came to {value!r}; a value that is maximised must be finite")
    return float(value)
