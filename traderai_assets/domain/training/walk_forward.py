"""Walking forward: what each fold says and does on its test slice, once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.bars import Bars, Decisions
from traderai_assets.domain.backtest.policy import decide
from traderai_assets.domain.candles.segments import segment_starts
from traderai_assets.domain.models.sample import LabelledRows
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.known_tests import KnownTests, known_tests
from traderai_assets.domain.training.learner_choice import LearnerChoice
from traderai_assets.domain.training.out_of_fold import OutOfFold, Scored
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.policy_pricing import Priced
from traderai_assets.domain.training.policy_search import ScoredTest
from traderai_assets.domain.validation.folds import Fold


@dataclass(frozen=True, eq=False)
class JudgedFold:
    """A fold from 1 on: what was known before its test, and what its learners say there.

    Attributes
    ----------
    scored : mapping of str to Scored
        By learner.
    probability : ndarray of shape (n_test,)
    """

    known: KnownTests
    fold: Fold
    rows: LabelledRows
    scored: dict[str, Scored]
    probability: FloatArray

    @property
    def number(self) -> int:
        """From 1."""
        return self.known.number


def judge_folds(choice: LearnerChoice, fits: OutOfFold, plan: TrainingPlan) -> list[JudgedFold]:
    """Fit folds 1 to the last, each with what was chosen of what was known before its test."""
    return [_judged(number, choice, fits, plan) for number in range(1, plan.n_folds + 1)]


def _judged(number: int, choice: LearnerChoice, fits: OutOfFold, plan: TrainingPlan) -> JudgedFold:
    configuration = choice.best(number)
    known = known_tests(fits, configuration, number)
    scored = {name: fits.scored(name, configuration, number) for name in plan.learners}
    return JudgedFold(
        known,
        fits.folds(configuration)[number],
        fits.rows(configuration),
        scored,
        known.probability({name: part.log_odds for name, part in scored.items()}),
    )


def scored_test(part: JudgedFold, data: LookBackData) -> ScoredTest:
    """Lay what a fold says of its test over the bars from its first row to its last."""
    times = data.candles["open_time"]
    tested = part.rows.frame.iloc[part.fold.test]
    first, last = (times.searchsorted(tested["open_time"].iloc[row]) for row in (0, -1))
    bars = data.candles.iloc[first : last + 1]
    at = np.searchsorted(bars["open_time"].to_numpy(), tested["open_time"].to_numpy())
    probability, width = np.full(len(bars), np.nan), np.full(len(bars), np.nan)
    probability[at] = part.probability
    width[at] = tested["width"].to_numpy(np.float64)
    return ScoredTest(Bars.of(bars), probability, width, segment_starts(bars))


def out_of_sample(
    folds: Sequence[JudgedFold], policies: Sequence[Priced], plan: TrainingPlan
) -> pd.DataFrame:
    """Return what each fold says and does at the bars of its test slice, and what happened.

    Bars without a direction are there too: to leave out what ended undecided would be to know the
    outcome before the bet.
    """
    return pd.concat(
        [_tested(part, priced, plan) for part, priced in zip(folds, policies, strict=True)],
        ignore_index=True,
    )


def _tested(part: JudgedFold, priced: Priced, plan: TrainingPlan) -> pd.DataFrame:
    rows = part.rows.frame.iloc[part.fold.test].reset_index(drop=True)
    decisions: Decisions = decide(
        part.probability,
        rows["width"].to_numpy(np.float64),
        cost=plan.costs.round_trip,
        policy=priced.policy,
        pricing=priced.pricing,
        horizon_bars=part.known.configuration.labelling.horizon_bars,
    )
    return pd.DataFrame(
        {
            "open_time": rows["open_time"],
            "fold": np.full(len(rows), part.number, dtype=np.int64),
            "probability": part.probability,
            "label": rows["label"],
            "gross_return": rows["gross_return"],
            "width": rows["width"],
            **decisions._asdict(),
        }
    )
