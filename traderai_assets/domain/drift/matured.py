"""Drift of what probabilities mean: predictions whose label is known by now, and those not yet.

Here: calibration of matured predictions, and what probabilities promise before labels are there.
Not here: where their values lie (features), what trades earn (performance).
"""

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.drift.day_means import DayMeans, full_days, window_p_value
from traderai_assets.domain.drift.sequential import mean_rose
from traderai_assets.domain.portable import logarithm

MIN_BLOCKS = 5
SPENT = 0.8
"""Of the false alarms that are promised; the loss that is watched has the rest."""
LEAST, MOST = 1e-6, 1 - 1e-6


def matured(predictions: pd.DataFrame, labels: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Join predictions with the directions that were known by `end`: open_time, probability, up.

    A label that ends later is not known yet, and one without direction teaches nothing.
    """
    known = labels[(labels["label_end"] <= end) & (labels["label"] != 0)]
    both = predictions[["open_time", "probability"]].merge(
        known[["open_time", "label"]], on="open_time", how="inner"
    )
    both = both.sort_values("open_time").reset_index(drop=True)
    return both.assign(up=(both["label"] > 0).astype(np.float64))[
        ["open_time", "probability", "up"]
    ]


def calibration_drift(
    probability: FloatArray,
    up: FloatArray,
    blocks: IntArray,
    *,
    false_alarm_rate: float = 0.05,
) -> pd.DataFrame:
    """Ask whether probabilities mean what they say, by labels that are known.

    Parameters
    ----------
    probability, up : ndarray of shape (n_rows,)
        What was said of a rise, and 1.0 where it rose, in time order.
    blocks : ndarray of int of shape (n_rows,)
        Number of each row's block, not falling; labels of different blocks hardly overlap.

    Returns
    -------
    DataFrame
        Kind 'calibration': 'intercept' (mean of up - p), 'slope' (of up - p by how far p lies from
        its mean), 'reliability' (Spiegelhalter's) and 'log_loss' (above what p itself promises,
        watched one block after the other), each with realised, pvalue (Benjamini-Hochberg over the
        three tests), rows and status; 'insufficient' below five blocks.

    Notes
    -----
    Each is a sum with mean 0 while probabilities mean what they say. Neighbouring labels overlap,
    so sums of blocks are tested, by Student's t: right for any dependence within them.

    References
    ----------
    Spiegelhalter, D. (1986). Probabilistic prediction in patient management. Stat. Medicine 5.
    """
    from scipy.stats import false_discovery_control

    said = np.clip(probability, LEAST, MOST)
    error = up - said
    spread = said - said.mean() if said.size else said
    terms = {
        "intercept": error,
        "slope": error * spread,
        "reliability": error * (1.0 - 2.0 * said),
    }
    found = {name: _block_test(values, blocks) for name, values in terms.items()}
    enough = np.unique(blocks).size >= MIN_BLOCKS
    adjusted = dict.fromkeys(terms, np.nan)
    if enough:
        every = false_discovery_control([pvalue for _, pvalue in found.values()])
        adjusted = dict(zip(terms, every.tolist(), strict=True))
    scale = float((spread * spread).mean()) if said.size else np.nan
    rows = [
        _row(
            name,
            mean / scale if name == "slope" and scale > 0 else mean,
            adjusted[name],
            said.size,
            drifted=adjusted[name] <= SPENT * false_alarm_rate,
            enough=enough,
        )
        for name, (mean, _) in found.items()
    ]
    excess = -(up * logarithm(said) + (1 - up) * logarithm(1 - said)) - _entropy(said)
    rose = enough and mean_rose(_block_means(excess, blocks))
    mean = float(excess.mean()) if said.size else np.nan
    rows.append(_row("log_loss", mean, np.nan, said.size, drifted=rose, enough=enough))
    return pd.DataFrame(rows)


def estimated_drift(
    reference: DayMeans | None,
    probability: FloatArray,
    days: IntArray,
    *,
    false_alarm_rate: float = 0.05,
) -> pd.DataFrame:
    """Say what a model expects of itself before labels are there, against its training.

    Parameters
    ----------
    reference : DayMeans or None
        Of `confidence` over the model's out-of-sample probabilities; None of a card of before.
    probability : ndarray of shape (n_rows,)
        Of the window, in time order.
    days : ndarray of int of shape (n_rows,)

    Returns
    -------
    DataFrame
        Kind 'estimated': 'hit_rate' (mean of the greater of p and 1 - p) with expected, pvalue and
        status 'drifted' where it is lower than its days allow, and 'log_loss', which is told.

    Notes
    -----
    Right only while the calibration holds, which kind 'calibration' asks as soon as it can.

    References
    ----------
    Confidence-based performance estimation: Kivimaki, Bialek, Nurminen, Kuberski (2025), JAIR 82.
    """
    sure = confidence(probability)
    realised = float(sure.mean()) if sure.size else np.nan
    pvalue = np.nan
    if reference is not None and sure.size:
        pvalue = window_p_value(reference, day_means(sure, days))
    worse = reference is not None and realised < reference.mean
    hit = _row(
        "hit_rate",
        realised,
        pvalue,
        sure.size,
        drifted=worse and pvalue <= false_alarm_rate,
        enough=not np.isnan(pvalue),
        kind="estimated",
    )
    said = np.clip(probability, LEAST, MOST)
    loss = float(_entropy(said).mean()) if said.size else np.nan
    told = _row("log_loss", loss, np.nan, said.size, drifted=False, enough=False, kind="estimated")
    expected = np.nan if reference is None else reference.mean
    return pd.DataFrame([hit | {"expected": expected}, told | {"expected": np.nan}])


def confidence(probability: FloatArray) -> FloatArray:
    """Probability of the likelier direction, 0.5..1."""
    return np.maximum(probability, 1.0 - probability)


def day_means(values: FloatArray, days: IntArray) -> FloatArray:
    """Mean of each day that has at least half as many rows as the fullest."""
    rows = np.bincount(days - days[0]) if days.size else np.arange(0)
    full = full_days(rows)
    sums = np.bincount(days - days[0], weights=values) if days.size else np.empty(0)
    return np.asarray(sums[full] / rows[full])


def _block_means(values: FloatArray, blocks: IntArray) -> FloatArray:
    _, place, rows = np.unique(blocks, return_inverse=True, return_counts=True)
    return np.asarray(np.bincount(place, weights=values) / rows)


def _block_test(values: FloatArray, blocks: IntArray) -> tuple[float, float]:
    """Mean of the values, and the p-value of their sum by block being 0 in the mean."""
    from scipy.stats import t as student

    if not values.size:
        return np.nan, np.nan
    _, place = np.unique(blocks, return_inverse=True)
    sums = np.bincount(place, weights=values)
    if sums.size < 2 or sums.std() == 0:
        return float(values.mean()), 1.0
    statistic = sums.mean() / (sums.std(ddof=1) / np.sqrt(sums.size))
    return float(values.mean()), float(2 * student.sf(abs(statistic), sums.size - 1))


def _entropy(said: FloatArray) -> FloatArray:
    return np.asarray(-(said * logarithm(said) + (1.0 - said) * logarithm(1.0 - said)))


def _row(
    name: str,
    realised: float,
    pvalue: float,
    rows: int,
    *,
    drifted: bool,
    enough: bool,
    kind: str = "calibration",
) -> dict[str, object]:
    status = "drifted" if drifted else "stable"
    return {
        "feature": name,
        "kind": kind,
        "realised": realised,
        "pvalue": pvalue,
        "rows": rows,
        "status": status if enough else "insufficient",
    }
