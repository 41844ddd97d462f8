"""Signals of a market that no outcome has ended yet."""

from collections.abc import Callable, Sequence

import pandas as pd

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.freshness.signals import OpenSignals
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.plan import reach
from traderai_assets.settings import Settings

Read = Callable[[LakeSnapshot, Market, Sequence[str]], pd.DataFrame]


def open_signals(
    signals: LakeSnapshot,
    outcomes: LakeSnapshot,
    market: Market,
    month: Month,
    settings: Settings,
    read: Read = LakeSnapshot.read,
) -> OpenSignals | None:
    """Return the signals that may still be open in a month and that no outcome has ended.

    None where there are none; where none was given lately, no row is read for it.
    """
    months = [one.key for one in reach(settings).outcomes(market.bar).months(month)]
    if not any(signals.summary(market, one).rows for one in months):
        return None
    given, known = read(signals, market, months), read(outcomes, market, months)
    ended = known.loc[known["status"] != "open", "open_time"]
    waiting = given[~given["open_time"].isin(ended)]
    if waiting.empty:
        return None
    return OpenSignals(
        count=len(waiting),
        first_decided_at=waiting["decided_at"].iloc[0].to_pydatetime(),
        first_valid_until=waiting["valid_until"].iloc[0].to_pydatetime(),
    )
