"""The evidence: what a training found out, and the card that tells it of its model.

What a card is, and how it is read: models/card. What makes two trainings one: models/card too.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.policy import Policy
from traderai_assets.domain.drift.reference import ReferenceDistribution
from traderai_assets.domain.models.card import Card, code_versions, library_versions
from traderai_assets.domain.models.learners import own_parameters
from traderai_assets.domain.models.metrics import probability_metrics
from traderai_assets.domain.models.sample import LabelledRows, idle_features
from traderai_assets.domain.selection.verdict import Verdict
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.learner_search import LearnerSearch
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.policy_search import PolicySearch
from traderai_assets.domain.training.walk_forward import FittedFold
from traderai_assets.domain.validation.folds import Fold


@dataclass(frozen=True)
class Evidence:
    """All that a training found out, for its card."""

    folds: list[FittedFold]
    served: FittedFold
    policy: Policy
    out_of_sample: pd.DataFrame
    learners: LearnerSearch
    policies: PolicySearch
    verdict: Verdict
    paths: FloatArray


def build_card(
    data: LookBackData, evidence: Evidence, plan: TrainingPlan, inputs: Mapping[str, str]
) -> Card:
    """Describe a training."""
    served = evidence.served
    rows, members = served.rows, served.ensemble.members
    probability = evidence.out_of_sample["probability"].to_numpy(np.float64)
    folds = [
        _fold(part) | {"policy": asdict(evidence.policies.best(part.number))}
        for part in evidence.folds
    ]
    return {
        "trained_from": _iso(rows.frame["open_time"].iloc[0]),
        "trained_until": _iso(max(part.frame["label_end"].max() for part in data.rows.values())),
        "rows": len(rows),
        "features": list(rows.names),
        "idle_features": idle_features(rows.features, rows.names),
        "code_version": code_versions(),
        "library_versions": library_versions(plan.learners, plan.search.sampler),
        "plan": plan.settings(),
        "inputs": dict(inputs),
        "learners": list(members),
        "calibration": {name: asdict(member.calibration) for name, member in members.items()},
        "rounds": {name: member.fitted.rounds for name, member in members.items()},
        "importances": _importances(served),
        "final_fold": _boundaries(rows, served.fold),
        "folds": folds,
        "metrics": probability_metrics(
            probability, evidence.out_of_sample["label"].to_numpy(np.int8)
        )
        | {"mean_fold_auc": _mean([fold["metrics"]["auc"] for fold in folds])},
        "chosen": _chosen(served, evidence.policy, plan),
        "search": {
            "sampler": plan.search.sampler,
            "learner_trials": evidence.learners.trials.to_json(),
            "policy_trials": evidence.policies.trials.to_json(),
        },
        "selection": evidence.verdict.to_json(),
        "combinatorial": {
            "groups": plan.search.combinatorial_groups,
            "forecast_sharpes": evidence.paths.tolist(),
        },
        "reference": {
            "features": {
                name: ReferenceDistribution.from_sample(column).to_json()
                for name, column in zip(rows.names, rows.features.T, strict=True)
            },
            "probability": ReferenceDistribution.from_sample(probability).to_json(),
        },
    }


def _chosen(part: FittedFold, policy: Policy, plan: TrainingPlan) -> dict[str, Any]:
    """What those who decide by the model go by."""
    labelling, shared = part.configuration.labelling, part.configuration.parameters
    return {
        "horizon_bars": labelling.horizon_bars,
        "multiple": labelling.multiple,
        "minimum_width": plan.minimum_width,
        "round_trip_cost": plan.costs.round_trip,
        "policy": asdict(policy),
        "parameters": {
            name: own_parameters(name, shared, plan.parameters) for name in plan.learners
        },
    }


def _fold(part: FittedFold) -> dict[str, Any]:
    test = part.fold.test
    features, label = part.rows.features[test], part.rows.label[test]
    learners: dict[str, Any] = {
        name: probability_metrics(member.probability(features), label)
        | {"rounds": member.fitted.rounds, **asdict(member.calibration)}
        for name, member in part.ensemble.members.items()
    }
    return {
        "slices": _boundaries(part.rows, part.fold),
        "metrics": probability_metrics(part.ensemble.probability(features), label),
        "learners": learners,
        "labelling": part.configuration.labelling._asdict(),
        "parameters": dict(part.configuration.parameters),
    }


def _mean(values: list[float | None]) -> float | None:
    """Mean of those that there are."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


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


def _importances(part: FittedFold) -> dict[str, dict[str, dict[str, float]]]:
    """Each feature's share, by learner: of the gain, and of what moves a forecast (SHAP).

    SHAP values are those of the rows the model was calibrated on; all zero where nothing was split.
    """
    rows = part.rows.features[part.fold.calibration]
    return {
        learner: {
            kind: dict(zip(part.rows.names, _shares(values), strict=True))
            for kind, values in (
                ("gain", member.fitted.gain()),
                ("shap", np.abs(member.fitted.contributions(rows)).sum(axis=0)),
            )
        }
        for learner, member in part.ensemble.members.items()
    }


def _shares(gain: FloatArray) -> list[float]:
    total = float(gain.sum())
    return [float(part) / total if total else 0.0 for part in gain]


def _iso(moment: pd.Timestamp) -> str:
    return moment.isoformat(timespec="milliseconds")
