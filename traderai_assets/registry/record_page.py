"""What a person reads on the page of a month's record."""

from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import percent
from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.runs.page import in_percent, overview, picture, trend


def record_metadata(fresh: pd.DataFrame, added: pd.DataFrame, title: str) -> dict[str, Any]:
    """Return what was earned, how many days there are of which kind, what was added and why.

    Parameters
    ----------
    fresh : DataFrame of `days.MARKET_DAY_COLUMNS`
        The month as it is known now.
    added : DataFrame of `revisions.REVISION_COLUMNS`
        What was written down of it now.
    title : str
        Market and month.
    """
    accounts = {
        name: (1.0 + fresh[column].to_numpy(np.float64)).cumprod()
        for name, column in (("strategy", "net"), ("buy-and-hold", "buy_and_hold"))
    }
    told: dict[str, Any] = {}
    if len(fresh):
        net, held = accounts["strategy"], accounts["buy-and-hold"]
        told["net_return_percent"] = in_percent(net[-1] - 1.0)
        told["buy_and_hold_return_percent"] = in_percent(held[-1] - 1.0)
        told["trades"] = int(fresh["trades"].sum())
        told |= trend(net - 1.0, f"net return since the month began, {title}", baseline=0.0)
        told |= overview(
            ["days", "traded", "exposure", "net", "costs", "worst day"],
            [
                [
                    str(len(fresh)),
                    str(int((fresh["trades"] > 0).sum())),
                    percent(float(fresh["exposure"].mean())),
                    percent(float(net[-1] - 1.0)),
                    percent(float(fresh["costs"].sum())),
                    percent(float(fresh["net"].min())),
                ]
            ],
        )
        lines = [Line(name, 100.0 * (account - 1.0)) for name, account in accounts.items()]
        times = fresh["day"].to_numpy("datetime64[ms]")
        heading = f"Return since the month began, {title}"
        told |= picture(line_chart(times, lines, title=heading, unit="%"), f"return, {title}")
    told |= {"days": len(fresh), "trades": int(fresh["trades"].sum())}
    for column in ("state", "origin"):
        told |= {f"{value}_days": int(n) for value, n in fresh[column].value_counts().items()}
    return told | {f"added_{cause}": int(n) for cause, n in added["cause"].value_counts().items()}
