"""A picture of a pool's account, as SVG text: beside buy-and-hold, with the looks."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.domain.strategies.pool import account_of

_LEAST = 1e-3


def account_svg(pool: pd.DataFrame, looks: Iterable[pd.Timestamp] = ()) -> str:
    """Draw the account of a pool on a logarithmic scale.

    Parameters
    ----------
    pool : DataFrame
        As `pool.pool_days` gives it, at least one day.
    looks : iterable of Timestamp
        Days on which it was looked at; each is a line.
    """
    days = pool["day"].to_numpy("datetime64[ms]")
    accounts = [account_of(pool[name].to_numpy(np.float64)) for name in ("net", "buy_and_hold")]
    # An account has a value before its first day
    times = np.append(days, days[-1] + np.timedelta64(1, "D"))
    lines = [
        Line(f"{name} {account[-1]:.3g}", account)
        for name, account in zip(("account", "buy-and-hold"), accounts, strict=True)
    ]
    marks = np.array([look.tz_convert(None) for look in looks], "datetime64[ms]")
    title = "Account of the pool, by logarithms"
    return line_chart(times, lines, title=title, unit="starts", marks=marks, logs_from=_LEAST)
