"""Drift of what goes into a model and of what comes out: distributions now against training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray, milliseconds_of
from traderai_assets.domain.drift.day_means import MIN_WINDOW_DAYS, days_of
from traderai_assets.domain.drift.faults import INFINITE, MISSING, NOVEL, faults_of
from traderai_assets.domain.drift.measures import (
    PSI_FLOOR,
    ks_distance,
    ks_p_value,
    population_stability_index,
    psi_limit,
)
from traderai_assets.domain.drift.reference import ReferenceDistribution, bin_counts
from traderai_assets.domain.statistics.autocorrelation import autocorrelation_time

STATUSES = ("stable", "drifted", "insufficient", INFINITE, MISSING, NOVEL)

COLUMNS = [
    *("feature", "kind", "psi", "psi_limit", "ks", "ks_pvalue", "shift", "pvalue"),
    *("missing_share", "infinite_share", "outside_share", "rows", "status"),
]


@dataclass(frozen=True)
class DriftLimits:
    """When a distribution is called drifted.

    Attributes
    ----------
    psi : float
        Change below which nobody would act.
    false_alarm_rate : float
        Of the tests of all features taken together.
    min_rows : int
        Fewer current rows are not judged, where a card has no days. Where it has, days are counted.
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
        One column per feature, in time order, and open_time; others are ignored.

    Returns
    -------
    DataFrame
        One row per feature, in the order of `references`: feature, kind 'feature', psi (nats),
        psi_limit, ks, ks_pvalue, shift (of the mean score, in deviations), pvalue (of the days
        against the look-back's own, Benjamini-Hochberg over the features, as ks_pvalue), shares
        that are missing, infinite or outside of all that was seen, rows, and status.

    Notes
    -----
    Status is 'infinite' or 'missing' where values are, whatever the rest; else 'drifted' where the
    PSI exceeds its floor *and* `pvalue` is at most the false alarm rate; else 'novel' where more
    than a twentieth was never seen; else 'stable'; 'insufficient' below four days of window or ten
    of look-back. Rows of a day are never counted as independent ones, so a tenth of them says the
    same. A card of before has no days, and is judged by `psi_limit` and `ks_pvalue`.
    """
    limits = limits or DriftLimits()
    opened = current["open_time"] if "open_time" in current.columns else None
    days = None if opened is None else days_of(milliseconds_of(opened))
    samples = {
        name: current[name].to_numpy(np.float64) if name in current.columns else None
        for name in references
    }
    compared = [_compare(references[name], samples[name], days, limits) for name in references]
    return _judged(compared, list(references), "feature", limits)


def prediction_drift(
    reference: ReferenceDistribution,
    probabilities: npt.NDArray[np.float64],
    limits: DriftLimits | None = None,
    *,
    days: IntArray | None = None,
) -> pd.DataFrame:
    """Compare the probabilities a model gives now with those it gave out of sample in training.

    One row as `feature_drift` gives them, feature 'probability', kind 'prediction'; `days` is the
    number of each row's day.
    """
    limits = limits or DriftLimits()
    compared = [_compare(reference, probabilities, days, limits)]
    return _judged(compared, ["probability"], "prediction", limits)


def _compare(
    reference: ReferenceDistribution,
    current: FloatArray | None,
    days: IntArray | None,
    limits: DriftLimits,
) -> dict[str, Any]:
    faults = faults_of(reference, current)
    found: dict[str, Any] = {
        "missing_share": faults.missing,
        "infinite_share": faults.infinite,
        "outside_share": faults.outside,
        "rows": 0 if current is None else current.size,
        "fault": faults.fault,
        "judged": False,
        "over": False,
    }
    if current is None or not np.isfinite(current).any():
        return found
    known = np.isfinite(current) | np.isnan(current)
    current, days = current[known], None if days is None else days[known]
    found |= _distance(reference, current, limits)
    if reference.days is None or days is None:
        found["judged"] = current.size >= limits.min_rows
        found["over"] = found["psi"] > found["psi_limit"]
        return found
    grid = np.asarray(reference.quantiles)
    found["pvalue"] = reference.days.p_value(current, days, grid) if grid.size else 0.0
    found["shift"] = reference.days.shift(current, days, grid)
    enough = np.unique(days).size >= MIN_WINDOW_DAYS
    found["judged"] = enough and not np.isnan(found["pvalue"])
    found["over"] = found["psi"] > limits.psi
    return found


def _distance(
    reference: ReferenceDistribution, current: FloatArray, limits: DriftLimits
) -> dict[str, float]:
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
    }


def _judged(
    comparisons: list[dict[str, Any]], names: list[str], kind: str, limits: DriftLimits
) -> pd.DataFrame:
    from scipy.stats import false_discovery_control

    table = pd.DataFrame(comparisons, columns=[*COLUMNS, "fault", "judged", "over"])
    table = table.assign(feature=names, kind=kind)
    numbers = [name for name in COLUMNS if name not in ("feature", "kind", "rows", "status")]
    table[numbers] = table[numbers].astype("float64")
    for name in ("ks_pvalue", "pvalue"):
        known = table[name].notna()
        if known.any():
            table.loc[known, name] = false_discovery_control(table.loc[known, name])
    rare = table["pvalue"].fillna(table["ks_pvalue"]) <= limits.false_alarm_rate
    status = np.where(table["over"].astype(bool) & rare, "drifted", "stable")
    status = np.where((status == "stable") & (table["fault"] == NOVEL), NOVEL, status)
    status = np.where(table["judged"].astype(bool), status, "insufficient")
    broken = table["fault"].isin([INFINITE, MISSING])
    table["status"] = np.where(broken, table["fault"], status)
    return table[COLUMNS]
