"""Walking forward: what each fold fits, calibrates and then says of its test slice, once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.backtest.bars import Bars, Decisions
from traderai_assets.domain.backtest.policy import Policy, decide
from traderai_assets.domain.candles.segments import segment_starts
from traderai_assets.domain.models.ensemble import Ensemble, calibrate
from traderai_assets.domain.models.learner import FittedLearner
from traderai_assets.domain.models.sample import LabelledRows
from traderai_assets.domain.training.dataset import LookBackData, candle_span
from traderai_assets.domain.training.fitting import Fitter
from traderai_assets.domain.training.learner_search import Configuration, LearnerSearch
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.policy_search import ScoredSlice
from traderai_assets.domain.training.progress import ProgressMeter
from traderai_assets.domain.validation.folds import Fold


@dataclass(frozen=True)
class FittedFold:
    """A fold, the configuration chosen for it and the ensemble fitted and calibrated on it."""

    number: int
    fold: Fold
    rows: LabelledRows
    configuration: Configuration
    ensemble: Ensemble


def fit_folds(
    numbers: Sequence[int],
    data: LookBackData,
    search: LearnerSearch,
    plan: TrainingPlan,
    fitter: Fitter,
    meter: ProgressMeter,
) -> list[FittedFold]:
    """Fit and calibrate the ensembles of some folds (0 is the final one); no test is touched.

    What the search has fitted already is not fitted again.
    """
    configurations = {number: search.best(number) for number in numbers}
    fitted: dict[tuple[int, str], FittedLearner] = {}
    missing = []
    for number, configuration in configurations.items():
        for name in plan.learners:
            kept = search.fitted(configuration, number) if name == plan.learners[0] else None
            if kept is None:
                missing.append((number, name))
            else:
                fitted[number, name] = kept
    tasks = [search.task(name, configurations[number], number) for number, name in missing]
    for (number, name), made in zip(
        missing, fitter.fit_all(tasks, meter.fitting(plan.learners[-1])), strict=True
    ):
        fitted[number, name] = made
        meter.fit_done(number, name, made.rounds)
    folds = []
    for number, configuration in configurations.items():
        rows = data.rows[configuration.labelling]
        fold = data.fold(configuration.labelling, number)
        members = {name: fitted[number, name] for name in plan.learners}
        ensemble = calibrate(members, rows.sample(fold.calibration))
        folds.append(FittedFold(number, fold, rows, configuration, ensemble))
    return folds


def score_slice(part: FittedFold, rows: IntArray, data: LookBackData) -> ScoredSlice:
    """Score with a fold's ensemble some of its rows, laid over the bars they live through."""
    span = candle_span(data, part.rows, rows)
    bars = data.candles.iloc[span]
    scores = part.ensemble.probability(part.rows.features[rows])
    at = np.searchsorted(
        bars["open_time"].to_numpy(), part.rows.frame["open_time"].to_numpy()[rows]
    )
    probability, width = np.full(len(bars), np.nan), np.full(len(bars), np.nan)
    probability[at] = scores
    width[at] = part.rows.frame["width"].to_numpy(np.float64)[rows]
    horizon = part.configuration.labelling.horizon_bars
    return ScoredSlice(Bars.of(bars), probability, width, horizon, segment_starts(bars))


def out_of_sample(
    folds: Sequence[FittedFold], policies: Sequence[Policy], plan: TrainingPlan
) -> pd.DataFrame:
    """Return what each fold says and does at the bars of its test slice, and what happened.

    Bars without a direction are there too: to leave out what ended undecided would be to know the
    outcome before the bet.
    """
    return pd.concat(
        [_tested(part, policy, plan) for part, policy in zip(folds, policies, strict=True)],
        ignore_index=True,
    )


def _tested(part: FittedFold, policy: Policy, plan: TrainingPlan) -> pd.DataFrame:
    rows = part.rows.frame.iloc[part.fold.test].reset_index(drop=True)
    probability: FloatArray = part.ensemble.probability(part.rows.features[part.fold.test])
    decisions: Decisions = decide(
        probability,
        rows["width"].to_numpy(np.float64),
        cost=plan.costs.round_trip,
        policy=policy,
        horizon_bars=part.configuration.labelling.horizon_bars,
    )
    return pd.DataFrame(
        {
            "open_time": rows["open_time"],
            "fold": np.full(len(rows), part.number, dtype=np.int64),
            "probability": probability,
            "label": rows["label"],
            "gross_return": rows["gross_return"],
            "width": rows["width"],
            **decisions._asdict(),
        }
    )
