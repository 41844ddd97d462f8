"""Calibration: whether what models gave seven in ten happened seven times in ten."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from traderai_assets.domain.models.metrics import probability_metrics
from traderai_assets.domain.models.reliability import ReliabilityBin, reliability
from traderai_assets.domain.pictures.histogram import histogram
from traderai_assets.domain.pictures.points import Points, points_chart
from traderai_assets.pages.parts import Part, Picture, Section, Words
from traderai_assets.report.forecasts_read import Forecasts
from traderai_assets.report.tables import rows_table


def calibration_section(forecasts: Forecasts) -> Section:
    """Return the calibration of walk-forward and live forecasts, with the same tables."""
    parts: list[Part] = []
    for name, title, rows in (
        ("walk_forward", "Walk-forward folds", forecasts.walk_forward),
        ("live", "Live", forecasts.live),
    ):
        decided = rows[rows["label"] != 0]
        if decided.empty:
            parts.append(Words([f"{title}: no forecast whose outcome is known in this period."]))
            continue
        parts += _calibration(name, title, rows, decided)
    return Section("calibration", "Calibration", parts)


def _calibration(name: str, title: str, rows: pd.DataFrame, decided: pd.DataFrame) -> list[Part]:
    probability = decided["probability"].to_numpy(np.float64)
    bins = reliability(probability, decided["label"].to_numpy() > 0)
    metrics = probability_metrics(
        rows["probability"].to_numpy(np.float64), rows["label"].to_numpy()
    )
    return [
        Picture(f"{title}: forecast and frequency", _diagram(bins)),
        Picture(
            f"{title}: how sure",
            histogram(probability, title="probabilities that were given", unit="probability of up"),
        ),
        rows_table(f"{name}_metrics", f"{title}: how good", [{"bars": len(rows), **metrics}]),
        rows_table(
            f"{name}_calibration",
            f"{title}: bins",
            [vars(one) for one in bins],
            shares=("happened", "happened_lower", "happened_upper", "forecast"),
            note="Bars without a direction are left aside. Intervals take bars for independent: "
            "labels overlap, so they are too narrow.",
        ),
    ]


def _diagram(bins: Sequence[ReliabilityBin]) -> str:
    x, y, low, high = (
        np.array([getattr(one, name) for one in bins])
        for name in ("forecast", "happened", "happened_lower", "happened_upper")
    )
    ideal = Points("as said", np.array([0.0, 1.0]), np.array([0.0, 1.0]), joined=True)
    found = Points("as it happened", x, y, lower=low, upper=high)
    return points_chart(
        [found, ideal], title="", x_name="forecast probability of up", y_name="share that went up"
    )
