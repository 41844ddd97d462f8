"""Walk-forward: each fold fitted on its past, asked once about its test slice."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from traderai_assets.domain.features.bars import FloatArray
from traderai_assets.domain.training.ensemble import Ensemble, fit_ensemble
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import ProgressMeter
from traderai_assets.domain.training.sample import LabelledRows
from traderai_assets.domain.validation.folds import Fold


@dataclass(frozen=True)
class TestedFold:
    """A fold, the ensemble fitted on it and what that gave its test rows, of shape (n_test,)."""

    fold: Fold
    ensemble: Ensemble
    probability: FloatArray


def walk_forward(
    rows: LabelledRows, folds: list[Fold], plan: TrainingPlan, meter: ProgressMeter
) -> list[TestedFold]:
    """Fit an ensemble on each fold, oldest first, and ask it about the fold's test slice."""
    tested = []
    for number, fold in enumerate(folds, start=1):
        ensemble = fit_ensemble(rows, fold, plan, meter, number)
        probability = ensemble.probability(rows.features[fold.test])
        tested.append(TestedFold(fold, ensemble, probability))
    return tested


def out_of_sample(rows: LabelledRows, tested: list[TestedFold]) -> pd.DataFrame:
    """Return one row per test bar, those without a direction included.

    To leave out what ended undecided would be to know the outcome before the bet.
    """
    at = np.concatenate([part.fold.test for part in tested])
    numbers = [np.full(len(part.fold.test), i) for i, part in enumerate(tested, start=1)]
    known = rows.frame.iloc[at].reset_index(drop=True)
    return pd.DataFrame(
        {
            "open_time": known["open_time"],
            "fold": np.concatenate(numbers).astype(np.int64),
            "probability": np.concatenate([part.probability for part in tested]),
            "label": known["label"],
            "gross_return": known["gross_return"],
            "width": known["width"],
        }
    )
