"""Live signals, each beside how it ended: the same columns as trades have, as far as they go."""

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.report.period import Period
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS

_OUTCOME = [
    "open_time",
    "status",
    "ended_at",
    "entry_price",
    "exit_price",
    "gross_return",
    "bars_held",
]
_LEVELS = ["target_price", "stop_price"]


def live_signals(own: LakeResource, period: Period) -> dict[str, pd.DataFrame]:
    """Return the signals that were said, by market, oldest first.

    Target and stop are exact where the entry is known, and indicative until then; the status is
    "open" where no outcome is stored yet.

    Parameters
    ----------
    own : LakeResource
        Of the strategy.
    period : Period
    """
    said, ended = own.snapshot(SIGNALS), own.snapshot(SIGNAL_OUTCOMES)
    found = {}
    for market in said.markets():
        signals = period.of(said.read(market, said.months(market)), "open_time")
        outcomes = ended.read(market, ended.months(market))
        # One that ended in a later month stands there, too, and open where it began
        last = outcomes.sort_values("ended_at", na_position="first").drop_duplicates(
            "open_time", keep="last"
        )
        joined = signals.merge(
            last[[*_OUTCOME, *_LEVELS]], on="open_time", how="left", suffixes=("", "_exact")
        )
        for level in _LEVELS:
            joined[level] = joined[f"{level}_exact"].fillna(joined[level])
        joined["status"] = joined["status"].fillna("open")
        found[market] = joined.drop(columns=[f"{level}_exact" for level in _LEVELS])
    return found
