"""The evidence: what a training found out, and the card that tells it of its model.

What a card is, and how it is read: models/card. What makes two trainings one: models/card too.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.models.card import Card, code_versions, library_versions
from traderai_assets.domain.models.learners import own_parameters
from traderai_assets.domain.models.metrics import probability_metrics
from traderai_assets.domain.models.novelty import Novelty
from traderai_assets.domain.models.sample import LabelledRows, idle_features
from traderai_assets.domain.search.trials import Trials
from traderai_assets.domain.selection.sanity import model_fault
from traderai_assets.domain.selection.verdict import Verdict
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.drift_reference import drift_reference
from traderai_assets.domain.training.final_fit import ServedModel
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.policy_pricing import Priced
from traderai_assets.domain.training.search_order import SearchStart
from traderai_assets.domain.training.walk_forward import JudgedFold


@dataclass(frozen=True)
class Evidence:
    """All that a training found out, for its card; `policies` of each fold and of what serves.

    `searched` says on which rows the learners were searched, `start` what was tried early.
    """

    folds: list[JudgedFold]
    served: ServedModel
    policies: list[Priced]
    out_of_sample: pd.DataFrame
    learner_trials: Trials
    policy_trials: Trials
    verdict: Verdict
    paths: FloatArray
    searched: Mapping[str, Any]
    start: SearchStart | None


def build_card(
    data: LookBackData, evidence: Evidence, plan: TrainingPlan, inputs: Mapping[str, str]
) -> Card:
    """Describe a training."""
    served = evidence.served
    rows, members = served.rows, served.ensemble.members
    probability = evidence.out_of_sample["probability"].to_numpy(np.float64)
    folds = [
        _fold(part) | {"policy": asdict(priced.policy), "pricing": asdict(priced.pricing)}
        for part, priced in zip(evidence.folds, evidence.policies, strict=False)
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
        "novelty": _novelty(rows, plan),
        "importances": _importances(evidence),
        "fitted_on": _boundaries(rows, data.fitted[served.known.configuration.labelling]),
        "folds": folds,
        "metrics": probability_metrics(
            probability, evidence.out_of_sample["label"].to_numpy(np.int8)
        )
        | {"mean_fold_auc": _mean([fold["metrics"]["auc"] for fold in folds])},
        "chosen": _chosen(evidence, plan),
        "search": {
            "sampler": plan.search.sampler,
            "searched": dict(evidence.searched),
            "started_from": evidence.start and evidence.start.to_json(),
            "learner_trials": evidence.learner_trials.to_json(),
            "policy_trials": evidence.policy_trials.to_json(),
        },
        "selection": evidence.verdict.to_json()
        | {
            "fault": model_fault(
                evidence.verdict.evidence,
                {name: member.calibration.slope for name, member in members.items()},
            )
        },
        "combinatorial": {
            "groups": plan.search.combinatorial_groups,
            "forecast_sharpes": evidence.paths.tolist(),
        },
        "reference": drift_reference(data, served, evidence.folds, evidence.out_of_sample, plan),
    }


def _novelty(rows: LabelledRows, plan: TrainingPlan) -> dict[str, Any] | None:
    """How far a bar may lie from what was learned; None where any distance will do."""
    if not plan.outlier_rate:
        return None
    return Novelty.of_rows(rows.features, rate=plan.outlier_rate, seed=plan.seed).to_json()


def _chosen(evidence: Evidence, plan: TrainingPlan) -> dict[str, Any]:
    """What those who decide by the model go by, and how sure its pricing is."""
    configuration, priced = evidence.served.known.configuration, evidence.policies[-1]
    labelling, shared = configuration.labelling, configuration.parameters
    critical = priced.critical if math.isfinite(priced.critical) else None
    return {
        "horizon_bars": labelling.horizon_bars,
        "multiple": labelling.multiple,
        "minimum_width": plan.minimum_width,
        "round_trip_cost": plan.costs.round_trip,
        "policy": asdict(priced.policy),
        "pricing": asdict(priced.pricing),
        "pricing_test": {
            "statistic": priced.statistic,
            "critical": critical,
            "confidence": plan.confidence,
            "blocks": priced.blocks,
        },
        "parameters": {
            name: own_parameters(name, shared, plan.parameters) for name in plan.learners
        },
    }


def _fold(part: JudgedFold) -> dict[str, Any]:
    label = part.rows.label[part.fold.test]
    calibration = part.known.calibration
    learners: dict[str, Any] = {
        name: probability_metrics(calibration[name].probability(scored.log_odds), label)
        | {"rounds": scored.rounds, "best_rounds": scored.best_rounds}
        | asdict(calibration[name])
        for name, scored in part.scored.items()
    }
    return {
        "slices": {
            name: _boundaries(part.rows, rows)
            for name, rows in (("train", part.fold.train), ("test", part.fold.test))
        },
        "metrics": probability_metrics(part.probability, label),
        "learners": learners,
        "labelling": part.known.configuration.labelling._asdict(),
        "parameters": dict(part.known.configuration.parameters),
    }


def _mean(values: list[float | None]) -> float | None:
    """Mean of those that there are."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


def _boundaries(rows: LabelledRows, part: IntArray) -> dict[str, Any]:
    """Rows of a slice, its first bar and the last moment its labels look at."""
    return {
        "rows": len(part),
        "from": _iso(rows.frame["open_time"].iloc[part[0]]),
        "until": _iso(rows.frame["label_end"].iloc[part].max()),
    }


def _importances(evidence: Evidence) -> dict[str, dict[str, dict[str, float]]]:
    """Each feature's share, by learner: of the gain, and of what moves a forecast (SHAP).

    SHAP values are those of the newest test's rows; all zero where nothing was split.
    """
    served = evidence.served
    features = served.rows.features[evidence.folds[-1].fold.test]
    return {
        learner: {
            kind: dict(zip(served.rows.names, _shares(values), strict=True))
            for kind, values in (
                ("gain", member.fitted.gain()),
                ("shap", np.abs(member.fitted.contributions(features)).sum(axis=0)),
            )
        }
        for learner, member in served.ensemble.members.items()
    }


def _shares(gain: FloatArray) -> list[float]:
    total = float(gain.sum())
    return [float(part) / total if total else 0.0 for part in gain]


def _iso(moment: pd.Timestamp) -> str:
    return moment.isoformat(timespec="milliseconds")
