"""Stage two of the search: the trading policy, judged after costs and priced by its own trades.

Nothing is fitted: a trial trades the probabilities of stage one's winner. What a side is worth on
the test of fold k is what trades of that very policy, at that very score, returned on the tests
before it; the policy for it is the one that earned most there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
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
from traderai_assets.domain.training.policy_pricing import PolicyPricing, Priced
from traderai_assets.domain.training.progress import POLICY, ProgressMeter

POLICY_SPACE = Space(
    (
        Dimension("margin", 0.0, 2.0, default=0.0),
        Dimension("target", 0.5, 3.0, default=1.0),
        Dimension("stop", 0.5, 3.0, default=1.0),
        Dimension("full_size_edge", 0.0, 0.5, default=0.0),
    )
)


@dataclass(frozen=True, eq=False)
class ScoredTest:
    """Bars of one test and what is said at each; NaN where nothing is.

    No position is held over the rows `starts`, with which segments begin.
    """

    bars: Bars
    probability: FloatArray
    width: FloatArray
    starts: IntArray


class PolicySearch:
    """The trials of stage two, what each earned bar by bar, and what their sides are worth.

    Parameters
    ----------
    tests : sequence of ScoredTest
        Of folds 1 to the last.
    pricing : PolicyPricing
        Of the same folds, and of the model that serves.
    """

    def __init__(
        self,
        tests: Sequence[ScoredTest],
        pricing: PolicyPricing,
        plan: TrainingPlan,
        bar: timedelta,
        meter: ProgressMeter,
    ) -> None:
        self._tests = tests
        self._pricing = pricing
        self._plan = plan
        self._bar = bar
        self._meter = meter
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

    def best(self, fold: int) -> Priced:
        """Return what earned most on the tests before fold `fold`, and what it is worth there.

        The fold after the last is the model that serves.
        """
        judged = fold - 1
        trial = best_until(self.trials, judged) if judged else self.trials.trials[0]
        tried = [policy_of(one.parameters) for one in self.trials.trials]
        return self._pricing.of_all(tried, policy_of(trial.parameters), fold)

    def returns(self) -> FloatArray:
        """What every policy tried earned a bar, of shape (n_trials, n_bars)."""
        policies = [policy_of(trial.parameters) for trial in self.trials.trials]
        folds = range(1, len(self._tests) + 1)
        return np.concatenate([self._earned(fold, policies) for fold in folds], axis=1)

    def _evaluate(self, parameters: Mapping[str, Any], report_fold: ReportFold) -> Outcome:
        policy = policy_of(parameters)
        value, earned = 0.0, np.empty(0)
        for fold in range(1, len(self._tests) + 1):
            earned = np.concatenate([earned, self._earned(fold, [policy])[0]])
            value = annual_sharpe(earned, YEAR / self._bar)
            report_fold(fold - 1, value)
        return Outcome(value)

    def _earned(self, fold: int, policies: Sequence[Policy]) -> FloatArray:
        """What policies earned on a fold's test, each counting on what it alone had returned."""
        test = self._tests[fold - 1]
        return evaluate_policies(
            test.bars,
            test.probability,
            test.width,
            [(policy, self._pricing.alone(policy, fold)) for policy in policies],
            bar=self._bar,
            horizon_bars=self._pricing.labelling(fold).horizon_bars,
            costs=self._plan.costs,
            starts=test.starts,
        ).returns


def policy_of(parameters: Mapping[str, Any]) -> Policy:
    """Return the policy that a trial stands for."""
    return Policy(**parameters)


def annual_sharpe(returns: FloatArray, bars_per_year: float) -> float:
    """Sharpe ratio of returns a bar, annualised; 0 where nothing was earned or lost."""
    spread = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    return float(returns.mean()) / spread * float(np.sqrt(bars_per_year)) if spread else 0.0
