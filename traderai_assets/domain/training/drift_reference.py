"""The drift reference of a card: what a model was trained on and promised, for later weeks.

How a week is compared with it: domain/drift.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.backtest.decided import trade_decided
from traderai_assets.domain.drift.day_means import DayMeans, days_of
from traderai_assets.domain.drift.matured import confidence, day_means
from traderai_assets.domain.drift.multivariate import MOST_FEATURES, ThinnedSample
from traderai_assets.domain.drift.reference import ReferenceDistribution
from traderai_assets.domain.models.sample import LabelledRows
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.final_fit import ServedModel
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.walk_forward import JudgedFold

MOST_TRADES = 500
"""Newest out-of-sample trades that a card keeps."""
TRADE_DIGITS = 8


def drift_reference(
    data: LookBackData,
    served: ServedModel,
    folds: Sequence[JudgedFold],
    decided: pd.DataFrame,
    plan: TrainingPlan,
) -> dict[str, Any]:
    """Describe the rows a model was fitted on, what it said out of sample and what it earned.

    `features`, a distribution each; `sample`, thinned rows of them; `probability` and `confidence`
    of the tests' forecasts, all by the one calibration that serves; `trades`, net returns of the
    walk through the tests, oldest first.
    """
    rows = served.rows
    days = days_of(rows.open_ms)
    features = {
        name: ReferenceDistribution.from_sample(column, days=days)
        for name, column in zip(rows.names, rows.features.T, strict=True)
    }
    said, opened = _served_forecasts(served, folds)
    tested = days_of(opened)
    sure = day_means(confidence(said), tested)
    return {
        "features": {name: reference.to_json() for name, reference in features.items()},
        "sample": _sample(rows, days, features, served).to_json(),
        "probability": ReferenceDistribution.from_sample(said, days=tested).to_json(),
        "confidence": DayMeans.of(sure).to_json(),
        "trades": _trades(data, decided, plan),
    }


def _served_forecasts(
    served: ServedModel, folds: Sequence[JudgedFold]
) -> tuple[FloatArray, IntArray]:
    """What the tests' learners said, by the calibration that serves, and when the bars opened.

    Joined as they were said, calibrations of several folds hide a move of two deviations.
    """
    said = [
        served.known.probability({name: one.log_odds for name, one in part.scored.items()})
        for part in folds
    ]
    opened = [part.rows.open_ms[part.fold.test] for part in folds]
    return np.concatenate(said), np.concatenate(opened)


def _sample(
    rows: LabelledRows,
    days: IntArray,
    features: dict[str, ReferenceDistribution],
    served: ServedModel,
) -> ThinnedSample:
    """Thin the features that the model splits on most."""
    gain = np.sum([member.fitted.gain() for member in served.ensemble.members.values()], axis=0)
    chosen = np.sort(np.argsort(-gain, kind="stable")[:MOST_FEATURES])
    names = [rows.names[place] for place in chosen]
    grids = [np.asarray(features[name].quantiles) for name in names]
    return ThinnedSample.of(names, rows.features[:, chosen], days, grids)


def _trades(data: LookBackData, decided: pd.DataFrame, plan: TrainingPlan) -> list[float]:
    result = trade_decided(decided, data.candles, bar=data.bar, costs=plan.costs)
    earned = result.trades["net_return"].to_numpy(np.float64)[-MOST_TRADES:]
    return [round(float(one), TRADE_DIGITS) for one in earned]
