"""What the page of a month of features tells: what is not defined, and how the market moved."""

from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.realised_volatility import VOLATILITY_BARS
from traderai_assets.domain.numbers import percent
from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.runs.page import MONTH_POINTS, overview, picture, trend

_VOLATILITY = f"realised_volatility_{VOLATILITY_BARS}"


def feature_metadata(
    frame: pd.DataFrame, cuts: dict[str, Any], *, title: str, is_over: bool
) -> dict[str, Any]:
    """Return the share that is not defined, the market's volatility, and the groups of features.

    Parameters
    ----------
    frame : DataFrame
        The month, as it is stored.
    cuts : dict
        What is told of where no window may pass (`runs.crossings.kept_apart`).
    title : str
        Of the picture: market and month.
    is_over : bool
        Whether the month is; of an open one, told at every bar, the whole picture is not drawn.
    """
    undefined = frame.drop(columns="open_time").isna().mean()
    told: dict[str, Any] = {
        "undefined_share": float(undefined.mean()) if len(frame) else 0.0,
        "features": len(undefined),
        **cuts,
    }
    if not len(frame):
        return told | {"most_undefined": ""}
    volatility = frame[_VOLATILITY].to_numpy(np.float64)
    told |= trend(volatility, f"volatility a bar, {title}", baseline=0.0)
    told |= overview(["group", "features", "undefined"], _groups(undefined))
    if is_over:
        times = frame["open_time"].to_numpy("datetime64[ms]")
        line = Line(_VOLATILITY, 100.0 * volatility, filled=True)
        told |= picture(
            line_chart(times, [line], title=title, unit="% of price", most_points=MONTH_POINTS),
            f"volatility, {title}",
        )
    return told | {"most_undefined": str(undefined.idxmax())}


def _groups(undefined: "pd.Series[float]") -> list[list[str]]:
    names: dict[str, list[str]] = {}
    for spec in CATALOGUE:
        names.setdefault(spec.group, []).append(spec.name)
    return [
        [group, str(len(of_it)), percent(float(undefined[of_it].mean()))]
        for group, of_it in names.items()
    ]
