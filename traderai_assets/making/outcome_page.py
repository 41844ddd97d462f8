"""What the page of a month of outcomes tells: how many ended how, what they earned, the last."""

from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import PRICE_DIGITS, percent, shown
from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.runs.page import in_percent, overview, picture, trend

_LAST = 8
_PRICES = ("entry_price", "target_price", "stop_price", "exit_price")


def outcome_metadata(outcomes: pd.DataFrame, *, title: str, is_over: bool) -> dict[str, Any]:
    """Return how many ended how, and the last of them, prices as the venue had them.

    Parameters
    ----------
    outcomes : DataFrame
        Of the month, as they are stored.
    title : str
        Of the picture: market and month.
    is_over : bool
        Whether the month is; of an open one, told at every bar, the whole picture is not drawn.
    """
    if outcomes.empty:
        return {}
    told = {**counts_of(outcomes), **earned(outcomes, title)}
    if is_over:
        told |= earned_picture(outcomes, title)
    last = [dg.TableRecord(_row(one)) for one in outcomes.tail(_LAST).iloc[::-1].to_dict("records")]
    return told | {"last_outcomes": dg.MetadataValue.table(last)}


def replayed_metadata(replayed: pd.DataFrame, title: str) -> dict[str, Any]:
    """Return the same of what a past month's model would have said, which stands with its end."""
    if replayed.empty:
        return {}
    return {
        **counts_of(replayed),
        **earned(replayed, title),
        **earned_picture(replayed, title),
    }


def counts_of(outcomes: pd.DataFrame) -> dict[str, int]:
    """Return how many ended how; `status` is a column."""
    return {str(status): int(n) for status, n in outcomes["status"].value_counts().items()}


def earned(outcomes: pd.DataFrame, title: str) -> dict[str, Any]:
    """Return what signals earned before costs on the average, their sum so far, and how they ended.

    Parameters
    ----------
    outcomes : DataFrame
        With columns `status` and `gross_return`, a fraction of the entry price; null while open.
    title : str
        Market and month.
    """
    returns = outcomes["gross_return"].to_numpy(np.float64)
    if not np.isfinite(returns).any():
        return {}
    groups = outcomes["gross_return"].groupby(outcomes["status"])
    return {
        "mean_gross_return_percent": in_percent(float(np.nanmean(returns))),
        **trend(
            np.nancumsum(returns), f"gross returns of its signals, summed, {title}", baseline=0.0
        ),
        **overview(
            ["ended by", "signals", "mean gross return"],
            [[str(status), str(len(some)), percent(float(some.mean()))] for status, some in groups],
        ),
    }


def earned_picture(outcomes: pd.DataFrame, title: str) -> dict[str, Any]:
    """Return the sum of gross returns over the ends of signals, as a whole picture."""
    ended = outcomes[outcomes["gross_return"].notna() & outcomes["ended_at"].notna()]
    if ended.empty:
        return {}
    ended = ended.sort_values("ended_at", kind="stable")
    summed = 100.0 * ended["gross_return"].to_numpy(np.float64).cumsum()
    times = ended["ended_at"].to_numpy("datetime64[ms]")
    heading = f"Gross returns of signals that ended, summed, {title}"
    drawn = line_chart(times, [Line("sum", summed, filled=True)], title=heading, unit="%")
    return picture(drawn, f"gross returns, {title}")


def _row(outcome: dict[Any, Any]) -> dict[str, Any]:
    return {
        "open_time": str(outcome["open_time"]),
        "side": "long" if outcome["side"] > 0 else "short",
        "status": outcome["status"],
        **{name: shown(outcome[name], PRICE_DIGITS) for name in _PRICES},
        "gross_return": percent(outcome["gross_return"], 4),
    }
