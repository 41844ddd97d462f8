"""What a person checks first of a backtest: headlines, the account, and every metric in a table."""

import math
from collections.abc import Mapping
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from traderai_assets.domain.metrics.catalogue import OF_BACKTESTS
from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.runs.page import overview, picture, trend

_HEADLINES = tuple(metric for metric in OF_BACKTESTS if metric.headline)


def backtest_metadata(
    measured: Mapping[str, Mapping[str, float]],
    accounts: Mapping[str, pd.DataFrame] | None = None,
    title: str = "",
) -> dict[str, Any]:
    """Return what stands on the asset's page: headlines as numbers, and a table of all metrics.

    Parameters
    ----------
    measured : mapping
        Segment -> metric -> value; empty where nothing was traded.
    accounts : mapping of str to DataFrame, optional
        Segment -> the account bar by bar, with columns `open_time` and `equity`.
    title : str
        Market and month.
    """
    if not measured:
        return {}
    headlines: dict[str, Any] = {
        f"{segment}_{metric.name}": float(values[metric.name])
        for segment, values in measured.items()
        for metric in _HEADLINES
        if math.isfinite(values[metric.name])
    }
    rows = [
        dg.TableRecord(
            {"figure": metric.name, "unit": metric.unit.name}
            | {segment: metric.text(values[metric.name]) for segment, values in measured.items()}
        )
        for metric in OF_BACKTESTS
    ]
    first = [name for name in headlines if name.endswith(("total_return", "sharpe"))][:4]
    return {
        **{name: headlines.pop(name) for name in first},
        **(_of_accounts(measured, accounts, title) if accounts else {}),
        **headlines,
        "figures": dg.MetadataValue.table(rows),
    }


def _of_accounts(
    measured: Mapping[str, Mapping[str, float]], accounts: Mapping[str, pd.DataFrame], title: str
) -> dict[str, Any]:
    segment, shown = list(accounts.items())[-1]
    equity = shown["equity"].to_numpy(np.float64)
    spread = {name: frame.set_index("open_time")["equity"] for name, frame in accounts.items()}
    joined = pd.DataFrame(spread).sort_index()
    lines = [Line(name, 100.0 * (joined[name].to_numpy(np.float64) - 1.0)) for name in accounts]
    times = pd.DatetimeIndex(joined.index).tz_convert(None).to_numpy("datetime64[ms]")
    heading = f"Return of the account after costs, {title}"
    return {
        **trend(equity - 1.0, f"return of the account, {segment}, {title}", baseline=0.0),
        **overview(
            ["figure", *measured],
            [
                [metric.name, *(metric.text(values[metric.name]) for values in measured.values())]
                for metric in _HEADLINES
            ],
        ),
        **picture(line_chart(times, lines, title=heading, unit="%"), f"account, {title}"),
    }
