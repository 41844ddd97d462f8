"""Metrics: how good probabilities were, on rows whose outcome is known. Money: see backtest."""

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray

Metrics = dict[str, float | None]


def probability_metrics(probability: FloatArray, label: npt.NDArray[np.int8]) -> Metrics:
    """AUC, log loss (nats), Brier score and share of up labels; label 0 is left aside.

    The AUC is None where only one direction occurred, all are None where none did.
    """
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    decided = label != 0
    up, forecast = label[decided] > 0, probability[decided]
    if not len(up):
        return dict.fromkeys(("auc", "log_loss", "brier", "up_share"))
    return {
        "auc": float(roc_auc_score(up, forecast)) if 0 < up.sum() < len(up) else None,
        "log_loss": float(log_loss(up, forecast, labels=[False, True])),
        "brier": float(brier_score_loss(up, forecast, pos_label=True)),
        "up_share": float(up.mean()),
    }
