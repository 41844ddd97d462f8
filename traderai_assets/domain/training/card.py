"""The card: all that is known of a model besides its bytes, as JSON.

It is hashed together with the bytes into the model id, so it holds nothing that two trainings on
the same inputs would not share: no clock, no host, no run.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.drift.reference import ReferenceDistribution
from traderai_assets.domain.features.bars import FloatArray
from traderai_assets.domain.features.catalogue import FEATURE_CODE_VERSION
from traderai_assets.domain.training.ensemble import Ensemble
from traderai_assets.domain.training.learners import LEARNERS
from traderai_assets.domain.training.metrics import Metrics, probability_metrics
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.sample import LabelledRows, idle_features
from traderai_assets.domain.training.walk_forward import TestedFold
from traderai_assets.domain.validation.folds import Fold

TRAINING_CODE_VERSION = "1"

Card = dict[str, Any]


def canonical_json(card: Mapping[str, Any]) -> str:
    """The one text of a card: keys sorted, no spaces, no NaN."""
    return json.dumps(card, sort_keys=True, separators=(",", ":"), allow_nan=False)


def build_card(
    rows: LabelledRows,
    tested: list[TestedFold],
    last: Fold,
    served: Ensemble,
    known: pd.DataFrame,
    plan: TrainingPlan,
    inputs: Mapping[str, str],
) -> Card:
    """Describe a training.

    Parameters
    ----------
    rows : LabelledRows
        The look-back.
    tested : list of TestedFold
        The walk-forward folds.
    last, served : Fold, Ensemble
        The final fold and the ensemble that serves.
    known : DataFrame
        What the folds said out of sample.
    plan : TrainingPlan
        Settings.
    inputs : mapping of str to str
        Content hashes of the inputs.
    """
    probability = known["probability"].to_numpy(np.float64)
    folds = [_fold(rows, part) for part in tested]
    return {
        "trained_from": _iso(rows.frame["open_time"].iloc[0]),
        "trained_until": _iso(rows.frame["label_end"].max()),
        "rows": len(rows),
        "features": list(rows.names),
        "idle_features": idle_features(rows.features, rows.names),
        "code_version": {"features": FEATURE_CODE_VERSION, "training": TRAINING_CODE_VERSION},
        "library_versions": library_versions(plan),
        "plan": plan.settings(),
        "inputs": dict(inputs),
        "learners": list(served.members),
        "calibration": {
            name: {"slope": member.calibration.slope, "intercept": member.calibration.intercept}
            for name, member in served.members.items()
        },
        "rounds": {name: member.fitted.rounds for name, member in served.members.items()},
        "importances": _importances(served, rows.names),
        "final_fold": _boundaries(rows, last),
        "folds": folds,
        "metrics": probability_metrics(probability, known["label"].to_numpy(np.int8))
        | {"mean_fold_auc": _mean([fold["metrics"]["auc"] for fold in folds])},
        "threshold": {
            "rule": "long where p w - (1 - p) w > round_trip_cost + margin, short mirrored",
            "round_trip_cost": plan.round_trip_cost,
            "margin": 0.0,
        },
        "reference": {
            "features": {
                name: ReferenceDistribution.from_sample(column).to_json()
                for name, column in zip(rows.names, rows.features.T, strict=True)
            },
            "probability": ReferenceDistribution.from_sample(probability).to_json(),
        },
    }


def _fold(rows: LabelledRows, part: TestedFold) -> dict[str, Any]:
    features, label = rows.features[part.fold.test], rows.label[part.fold.test]
    learners: dict[str, Metrics] = {
        name: probability_metrics(member.probability(features), label)
        | {
            "rounds": member.fitted.rounds,
            "slope": member.calibration.slope,
            "intercept": member.calibration.intercept,
        }
        for name, member in part.ensemble.members.items()
    }
    return {
        "slices": _boundaries(rows, part.fold),
        "metrics": probability_metrics(part.probability, label),
        "learners": learners,
    }


def _mean(values: list[float | None]) -> float | None:
    """Mean of those that are known."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _boundaries(rows: LabelledRows, fold: Fold) -> dict[str, dict[str, Any]]:
    """Rows of each slice, its first bar and the last moment its labels look at."""
    return {
        name: {
            "rows": len(part),
            "from": _iso(rows.frame["open_time"].iloc[part[0]]),
            "until": _iso(rows.frame["label_end"].iloc[part].max()),
        }
        for name, part in fold.slices()
        if len(part)
    }


def _importances(served: Ensemble, names: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Each feature's share of the gain, by learner; all zero where nothing was split."""
    return {
        learner: dict(zip(names, _shares(member.fitted.gain()), strict=True))
        for learner, member in served.members.items()
    }


def _shares(gain: FloatArray) -> list[float]:
    total = float(gain.sum())
    return [float(part) / total if total else 0.0 for part in gain]


def library_versions(plan: TrainingPlan) -> dict[str, str]:
    """Versions of every library that has a say in a model of `plan`."""
    import scipy

    libraries = {"numpy": np.__version__, "pandas": pd.__version__, "scipy": scipy.__version__}
    return libraries | {name: LEARNERS[name].version() for name in plan.learners}


def _iso(moment: pd.Timestamp) -> str:
    return moment.isoformat(timespec="milliseconds")
