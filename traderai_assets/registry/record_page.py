"""What a person reads on the page of a month's record."""

import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import percent


def record_metadata(fresh: pd.DataFrame, added: pd.DataFrame) -> dict[str, object]:
    """Return how many days there are of which kind, what was added and why, and what was earned.

    Parameters
    ----------
    fresh : DataFrame of `days.MARKET_DAY_COLUMNS`
        The month as it is known now.
    added : DataFrame of `revisions.REVISION_COLUMNS`
        What was written down of it now.
    """
    net = fresh["net"].to_numpy(np.float64)
    held = fresh["buy_and_hold"].to_numpy(np.float64)
    told: dict[str, object] = {"days": len(fresh), "trades": int(fresh["trades"].sum())}
    for column in ("state", "origin"):
        told |= {f"{value}_days": int(n) for value, n in fresh[column].value_counts().items()}
    told |= {f"added_{cause}": int(n) for cause, n in added["cause"].value_counts().items()}
    if len(fresh):
        told["net_return"] = percent(float(np.prod(1.0 + net) - 1.0), 2)
        told["buy_and_hold_return"] = percent(float(np.prod(1.0 + held) - 1.0), 2)
    return told
