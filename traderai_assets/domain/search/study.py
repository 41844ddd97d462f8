"""A search: trials one after the other, each the best guess from those before it.

What is evaluated, where it is stored and who is sent its progress are arguments. A search that was
killed and is started again by the same name goes on where it stood, and its trials are those of a
search nobody killed.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.defaults import SAMPLER, SAMPLER_SECONDS
from traderai_assets.domain.limits import MAX_TRIALS, check_whole
from traderai_assets.domain.search.history import History
from traderai_assets.domain.search.progress import SAMPLING, SearchProgress
from traderai_assets.domain.search.pruning import MedianRule
from traderai_assets.domain.search.samplers import Proposer
from traderai_assets.domain.search.space import Parameters, Space
from traderai_assets.domain.search.trial import (
    Evaluate,
    Outcome,
    SearchReporter,
    try_out,
)
from traderai_assets.domain.search.trial_store import TrialStore
from traderai_assets.domain.search.trials import Trials

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

__all__ = ["Outcome", "SearchProgress", "run_search"]

MAX_NAME_LENGTH = 400  # Of a study: every storage takes as much


def run_search(
    storage: "BaseStorage | None",
    *,
    name: str,
    space: Space,
    evaluate: Evaluate,
    n_trials: int,
    seed: int,
    sampler: str = SAMPLER,
    pruning: MedianRule | None = None,
    start: Parameters | None = None,
    sampler_seconds: float = SAMPLER_SECONDS,
    report: Callable[[SearchProgress], None] = lambda _progress: None,
    stopwatch: Callable[[], float] = time.monotonic,
) -> Trials:
    """Search for the parameters of the highest value.

    Parameters
    ----------
    storage : BaseStorage or None
        Where the trials are kept; None keeps them in memory.
    name : str
        Of the study in that storage; another for other inputs or another plan.
    space : Space
        What is searched; its defaults are the first trial.
    evaluate : callable
        Takes parameters and a function to call with (fold, value) after each fold, in order, from
        0; returns an Outcome. A TrainingError that it raises fails the trial, anything else ends
        the search. It must let `Pruned` pass.
    n_trials, seed, sampler, sampler_seconds
        See `Proposer`.
    pruning : MedianRule or None
        Which trials are not worth their last folds; None lets all of them end.
    start : mapping, optional
        What is tried right after the defaults, as one of the trials.
    report : callable
        Takes each SearchProgress; what it raises ends the search.
    stopwatch : callable
        Seconds since any fixed moment; only a Gaussian process is timed.

    Raises
    ------
    InvalidSettings
        Before any work, naming the setting, its value and its limit.
    WriteConflict
        If another process has taken over the study.
    """
    check_whole("n_trials", n_trials, 1, MAX_TRIALS)
    check_whole("length of the study's name", len(name), 1, MAX_NAME_LENGTH)
    proposer = Proposer(sampler, space, n_trials, seed, sampler_seconds, stopwatch, start)
    plan: dict[str, Any] = {"sampler": sampler, "seed": seed, "pruning": repr(pruning)}
    if sampler == "grid":  # A grid is cut to the number of trials
        plan["n_trials"] = n_trials
    if start is not None:
        plan["start"] = dict(start)
    history = History(space)
    trial_store = TrialStore(storage or _in_memory(), name, space, plan)
    proposer.spent(trial_store.seconds_spent)
    reporter = SearchReporter(report, n_trials, history)
    for ordinal in range(n_trials):
        record = trial_store.ended.get(ordinal)
        if record is None:
            reporter.report(SAMPLING)
            suggestion = trial_store.interrupted.get(ordinal) or proposer.propose(
                history, ordinal, lambda: reporter.report(SAMPLING)
            )
            if suggestion is None:
                break
            record = try_out(ordinal, suggestion, evaluate, trial_store, pruning, reporter)
        history.add(record)
    return Trials(tuple(history.records))


def _in_memory() -> "BaseStorage":
    from optuna.storages import InMemoryStorage

    return InMemoryStorage()
