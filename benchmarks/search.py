"""Search: what a study adds to the evaluations it is made of, in memory and on a journal."""

import math
import tempfile
from itertools import count
from time import sleep

from benchmarks.table import Ratio, at_most, best_of
from resources.studies.resource import StudiesResource
from traderai_assets.domain.search.pruning import MedianRule
from traderai_assets.domain.search.space import Choices, Dimension, Parameters, Space
from traderai_assets.domain.search.study import run_search
from traderai_assets.domain.search.trial import Outcome, ReportFold
from traderai_assets.domain.search.trials import Trials

FOLDS = 5
BOUND = 1.05
# As long as the training job's: 20 trials of five fits are about 8 s
N_TRIALS, FOLD_SECONDS = 20, 0.08
MARKET, MONTH = "binance.BTC-USDT.5m", "2026-03"
SPACE = Space(
    (
        Dimension("learning_rate", 0.01, 0.3, default=0.05, log=True),
        Dimension("num_leaves", 4, 64, default=15, whole=True, log=True),
        Dimension("min_data_in_leaf", 5, 500, default=50, whole=True),
        Dimension("feature_fraction", 0.2, 1.0, default=0.8),
        Dimension("bagging_fraction", 0.2, 1.0, default=0.8),
        Dimension("lambda_l2", 0.001, 100.0, default=1.0, log=True),
        Choices("horizon_bars", (12, 48, 96), default=48),
    )
)


def evaluate(parameters: Parameters, report_fold: ReportFold, fold_seconds: float = 0.0) -> Outcome:
    """Something that takes its time and costs next to nothing."""
    value = 0.0
    for fold in range(FOLDS):
        sleep(fold_seconds)
        value = -abs(math.log(float(parameters["learning_rate"]) / 0.02)) + 0.1 * math.sin(fold)
        report_fold(fold, value)
    return Outcome(value)


class Contest:
    """One search, and its evaluations in a bare loop."""

    def __init__(self, folder: str, n_trials: int, fold_seconds: float) -> None:
        self._studies = StudiesResource(uri=folder)
        self._names = count()
        self._n_trials = n_trials
        self._fold_seconds = fold_seconds
        self._ledger = self.search(on_disk=False)

    def search(self, *, on_disk: bool) -> Trials:
        """Search anew; all trials run to their end, so that both sides do the same work."""
        storage = self._studies.storage(MARKET, MONTH) if on_disk else None
        return run_search(
            storage,
            name=f"study {next(self._names)}",
            space=SPACE,
            evaluate=lambda parameters, report: evaluate(parameters, report, self._fold_seconds),
            n_trials=self._n_trials,
            seed=7,
            pruning=MedianRule(startup_trials=self._n_trials, n_folds=FOLDS),
        )

    def loop(self) -> None:
        """Evaluate what the search tried."""
        for trial in self._ledger.trials:
            evaluate(trial.parameters, lambda _fold, _value: None, self._fold_seconds)


def measure(*, quick: bool) -> list[Ratio]:
    """Measure both studies; `quick` with half the trials."""
    n_trials = N_TRIALS // 2 if quick else N_TRIALS
    with tempfile.TemporaryDirectory() as folder:
        job = Contest(folder, n_trials, FOLD_SECONDS)
        sides = [lambda: job.search(on_disk=False), lambda: job.search(on_disk=True), job.loop]
        memory, journal, loop = best_of(1, *sides)
        return [
            _ratio(folder, "in memory", memory, loop, n_trials, on_disk=False),
            _ratio(folder, "on a journal file", journal, loop, n_trials, on_disk=True),
        ]


def _ratio(
    folder: str, kept: str, ours: float, loop: float, n_trials: int, *, on_disk: bool
) -> Ratio:
    alone = Contest(folder, n_trials, 0.0)
    (study,) = best_of(5, lambda: alone.search(on_disk=on_disk))
    return Ratio(
        what=f"{n_trials} trials of {FOLDS} folds of {FOLD_SECONDS:g} s",
        ours=f"TPE study {kept}",
        peer="the same evaluations in a loop",
        ours_seconds=ours,
        peer_seconds=loop,
        bound=at_most(BOUND),
        met=ours <= BOUND * loop,
        note=f"the study without evaluations: {1e3 * study / n_trials:.1f} ms a trial",
    )
