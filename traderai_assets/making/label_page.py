"""What the page of a month of labels tells: which way, which barrier, and how that changed."""

from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import percent
from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.runs.page import in_percent, overview, picture, trend


def label_metadata(frame: pd.DataFrame, *, title: str, is_over: bool) -> dict[str, Any]:
    """Return the share of rises, the sum of the directions, and how many ended at which barrier.

    Parameters
    ----------
    frame : DataFrame
        The month, as it is stored.
    title : str
        Of the picture: market and month.
    is_over : bool
        Whether the month is; of an open one, told bar by bar, the whole picture is not drawn.
    """
    told: dict[str, Any] = {"up_share": float((frame["label"] > 0).mean()) if len(frame) else 0.0}
    if frame.empty:
        return told
    returns = frame["gross_return"].groupby(frame["barrier"])
    counts = frame["barrier"].value_counts(normalize=True)
    told["mean_gross_return_percent"] = in_percent(frame["gross_return"].mean())
    told |= trend(
        frame["label"].to_numpy(np.float64).cumsum(), f"ups less downs, {title}", baseline=0.0
    )
    told |= overview(
        ["barrier", "share", "mean gross return"],
        [
            [str(barrier), percent(float(share)), percent(float(returns.get_group(barrier).mean()))]
            for barrier, share in counts.items()
        ],
    )
    if is_over:
        told |= picture(_by_day(frame, title), f"barriers by day, {title}")
    return told | {f"{barrier}_share": float(share) for barrier, share in counts.items()}


def _by_day(frame: pd.DataFrame, title: str) -> str:
    day = frame["label_end"].dt.floor("D")
    shares = pd.crosstab(day, frame["barrier"], normalize="index")
    lines = [Line(str(name), 100.0 * shares[name].to_numpy(np.float64)) for name in shares.columns]
    times = pd.DatetimeIndex(shares.index).tz_convert(None).to_numpy("datetime64[ms]")
    return line_chart(times, lines, title=f"Barriers that ended a position, {title}", unit="%")
