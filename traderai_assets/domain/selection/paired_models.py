"""Two models on the bars that both forecast unseen: the difference of their log loss."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import BoolArray, FloatArray
from traderai_assets.domain.portable import logarithm
from traderai_assets.domain.statistics.bootstrap import default_block, mean_interval

# A forecast of 0 or 1 that fails would be infinitely wrong
_NEAREST = 1e-6
LEAST_BARS = 30


@dataclass(frozen=True)
class PairedLoss:
    """By how much the first model's forecasts are worse than the second's, in nats a bar.

    Attributes
    ----------
    bars : int
        Both forecast.
    lower, mean, upper : float or None
        95 % interval and mean; below 0 the first is better. None on fewer than `LEAST_BARS`.
    """

    bars: int
    lower: float | None = None
    mean: float | None = None
    upper: float | None = None


def paired_log_loss(one: pd.DataFrame, other: pd.DataFrame, *, horizon_bars: int) -> PairedLoss:
    """Compare two models bar by bar; blocks of the bootstrap are never shorter than labels.

    Parameters
    ----------
    one, other : DataFrame
        Rows of `OUT_OF_SAMPLE`, of one market and horizon.
    horizon_bars : int
        Of their labels.
    """
    columns = ["open_time", "probability", "label"]
    both = one[columns].merge(other[columns], on="open_time", suffixes=("", "_other"))
    both = both[both["label"] == both["label_other"]].sort_values("open_time")
    if len(both) < LEAST_BARS:
        return PairedLoss(len(both))
    upper = both["label"].to_numpy() == 1
    losses = [
        _log_loss(both[name].to_numpy(dtype=np.float64), upper)
        for name in ("probability", "probability_other")
    ]
    difference = losses[0] - losses[1]
    block = min(max(default_block(difference), float(horizon_bars)), float(len(both)))
    found = mean_interval(difference, mean_block=block)
    return PairedLoss(len(both), found.lower, found.mean, found.upper)


def _log_loss(probability: FloatArray, upper: BoolArray) -> FloatArray:
    said = np.clip(np.where(upper, probability, 1 - probability), _NEAREST, 1.0)
    return -logarithm(said)
