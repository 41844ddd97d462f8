"""Which signals hold at a moment: half open, and none that was not decided yet."""

from datetime import datetime

import pandas as pd


def holding_at(signals: pd.DataFrame, moment: datetime) -> pd.DataFrame:
    """Return the signals that hold at a moment, oldest first.

    A signal holds from its bar's close on and no longer at `valid_until`, however it ended: that is
    what its outcome says.

    Parameters
    ----------
    signals : DataFrame
        decided_at and valid_until; more columns are kept.
    moment : datetime
        With a zone.
    """
    at = pd.Timestamp(moment)
    holds = (signals["decided_at"] <= at) & (at < signals["valid_until"])
    return signals[holds].reset_index(drop=True)
