"""Drift of what goes into a model and of what comes out: distributions now against training."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.drift.measures import (
    PSI_FLOOR,
    ks_distance,
    ks_p_value,
    population_stability_index,
    psi_limit,
)
from traderai_assets.domain.drift.reference import ReferenceDistribution, bin_counts
from traderai_assets.domain.errors import FeatureMismatch
from traderai_assets.domain.statistics.autocorrelation import autocorrelation_time

STATUSES = ("stable", "drifted", "insufficient")

COLUMNS = ["feature", "kind", "psi", "psi_limit", "ks", "ks_pvalue", "rows", "status"]


@dataclass(frozen=True)
class DriftLimits:
    """When a distribution is called drifted.

    Attributes
    ----------
    psi : float
        Change below which nobody would act.
    false_alarm_rate : float
        Of the chance limit of the PSI, and of the Kolmogorov-Smirnov tests taken together.
    min_rows : int
        Fewer current rows are not judged.
    """

    psi: float = PSI_FLOOR
    false_alarm_rate: float = 0.05
    min_rows: int = 250


def feature_drift(
    references: Mapping[str, ReferenceDistribution],
    current: pd.DataFrame,
    limits: DriftLimits | None = None,
) -> pd.DataFrame:
    """Compare every feature with its training sample.

    Parameters
    ----------
    references : mapping of feature name to ReferenceDistribution
        From the model's card.
    current : DataFrame
        One column per feature, in time order; others are ignored.

    Returns
    -------
    DataFrame
        One row per feature, in the order of `references`: feature, kind 'feature', psi (nats),
        psi_limit, ks, ks_pvalue (Benjamini-Hochberg over the features), rows, and status:
        'insufficient' below `min_rows`, 'drifted' where the PSI exceeds its limit *and* the
        p-value is at most the false alarm rate, otherwise 'stable'. Rows that depend on each other
        count only as many as they are worth, by the longer of both autocorrelation times: a short
        window cannot show how persistent a feature is.

    Raises
    ------
    FeatureMismatch
        If `current` lacks a feature.
    """
    lacking = [name for name in references if name not in current.columns]
    if lacking:
        raise FeatureMismatch(
            f"current features lack {', '.join(lacking[:5])} ({len(lacking)} of {len(references)})"
            ", which the model was trained on; compute them with the model's feature catalogue"
        )
    limits = limits or DriftLimits()
    samples = {name: current[name].to_numpy(np.float64) for name in references}
    return _judged(
        [_compare(references[name], samples[name], limits) for name in references],
        list(references),
        "feature",
        limits,
    )


def prediction_drift(
    reference: ReferenceDistribution,
    probabilities: npt.NDArray[np.float64],
    limits: DriftLimits | None = None,
) -> pd.DataFrame:
    """Compare the probabilities a model gives now with those it gave out of sample in training.

    One row as `feature_drift` gives them, feature 'probability', kind 'prediction'.
    """
    limits = limits or DriftLimits()
    return _judged(
        [_compare(reference, probabilities, limits)], ["probability"], "prediction", limits
    )


def _compare(
    reference: ReferenceDistribution, current: FloatArray, limits: DriftLimits
) -> dict[str, float]:
    if current.size == 0:
        return {"psi": np.nan, "psi_limit": np.nan, "ks": np.nan, "ks_pvalue": np.nan, "rows": 0}
    expected = np.array([*reference.counts, reference.missing])
    actual = bin_counts(current, np.asarray(reference.edges))
    persistence = max(reference.autocorrelation_time, autocorrelation_time(current))
    worth = reference.rows / reference.autocorrelation_time, current.size / persistence
    occupied = int(((expected > 0) | (actual > 0)).sum())
    distance = ks_distance(reference, current)
    return {
        "psi": population_stability_index(expected, actual),
        "psi_limit": psi_limit(
            *worth, occupied, false_alarm_rate=limits.false_alarm_rate, floor=limits.psi
        ),
        "ks": distance,
        "ks_pvalue": ks_p_value(distance, *worth),
        "rows": current.size,
    }


def _judged(
    comparisons: list[dict[str, float]], names: list[str], kind: str, limits: DriftLimits
) -> pd.DataFrame:
    from scipy.stats import false_discovery_control

    table = pd.DataFrame(comparisons, columns=COLUMNS).assign(feature=names, kind=kind)
    judged = table["ks_pvalue"].notna()
    if judged.any():
        table.loc[judged, "ks_pvalue"] = false_discovery_control(table.loc[judged, "ks_pvalue"])
    drifted = (table["psi"] > table["psi_limit"]) & (table["ks_pvalue"] <= limits.false_alarm_rate)
    status = np.where(drifted, "drifted", "stable")
    table["status"] = np.where(table["rows"] < limits.min_rows, "insufficient", status)
    return table
