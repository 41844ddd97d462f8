"""Stage two of the search: the trading policy, judged after costs on calibration slices.

Nothing is fitted: a trial trades the calibrated probabilities of stage one's winner. For the test
of fold k the policy is the one that was best on the calibration slices of folds 1 to k.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.metrics import YEAR
from traderai_assets.domain.backtest.policy import Policy
from traderai_assets.domain.backtest.sweep import evaluate_policies
from traderai_assets.domain.search.space import Dimension, Space
from traderai_assets.domain.search.study import run_search
from traderai_assets.domain.search.trial import Outcome, ReportFold
from traderai_assets.domain.search.trials import Trials
from traderai_assets.domain.training.best_trial import best_until
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import POLICY, ProgressMeter

POLICY_SPACE = Space(
    (
        Dimension("margin", 0.0, 2.0, default=0.0),
        Dimension("target", 0.5, 3.0, default=1.0),
        Dimension("stop", 0.5, 3.0, default=1.0),
        Dimension("full_size_edge", 0.0, 0.5, default=0.0),
    )
)


@dataclass(frozen=True)
class ScoredSlice:
    """Bars of one slice and the probability at each; NaN where nothing was.

    No position is held over the rows `starts`, with which segments begin.
    """

    bars: Bars
    probability: FloatArray
    width: FloatArray
    horizon_bars: int
    starts: IntArray = field(default_factory=lambda: np.empty(0, np.int64))


class PolicySearch:
    """The trials of stage two and what each earned, bar by bar."""

    def __init__(
        self, slices: Sequence[ScoredSlice], plan: TrainingPlan, bar: Any, meter: ProgressMeter
    ) -> None:
        self._slices = slices
        self._plan = plan
        self._bar = bar
        self._meter = meter
        self.bars_per_year = YEAR / bar
        self.trials: Trials

    def run(self) -> None:
        """Try what the plan asks for.

        Nothing of it is stored before the card: to try all again takes less than to write it down.
        """
        search = self._plan.search
        self.trials = run_search(
            None,
            name="policies",
            space=POLICY_SPACE,
            evaluate=self._evaluate,
            n_trials=search.policy_trials,
            seed=self._plan.seed,
            sampler=search.sampler,
            sampler_seconds=search.sampler_seconds,
            report=lambda reached: self._meter.searching(POLICY, reached),
        )

    def best(self, fold: int) -> Policy:
        """Return what was best on the calibration slices of folds 1 to `fold`; 0 means all."""
        return policy_of(best_until(self.trials, fold or len(self._slices)).parameters)

    def returns(self) -> FloatArray:
        """What every policy tried earned a bar, of shape (n_trials, n_bars)."""
        policies = [policy_of(trial.parameters) for trial in self.trials.trials]
        return np.concatenate([self._earned(part, policies) for part in self._slices], axis=1)

    def _evaluate(self, parameters: Mapping[str, Any], report_fold: ReportFold) -> Outcome:
        policy = policy_of(parameters)
        value, earned = 0.0, np.empty(0)
        for fold, part in enumerate(self._slices):
            earned = np.concatenate([earned, self._earned(part, [policy])[0]])
            value = annual_sharpe(earned, self.bars_per_year)
            report_fold(fold, value)
        return Outcome(value)

    def _earned(self, part: ScoredSlice, policies: Sequence[Policy]) -> FloatArray:
        return evaluate_policies(
            part.bars,
            part.probability,
            part.width,
            policies,
            bar=self._bar,
            horizon_bars=part.horizon_bars,
            costs=self._plan.costs,
            starts=part.starts,
        ).returns


def policy_of(parameters: Mapping[str, Any]) -> Policy:
    """Return the policy that a trial stands for."""
    return Policy(**parameters)


def annual_sharpe(returns: FloatArray, bars_per_year: float) -> float:
    """Sharpe ratio of returns a bar, annualised; 0 where nothing was earned or lost."""
    spread = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    return float(returns.mean()) / spread * float(np.sqrt(bars_per_year)) if spread else 0.0
