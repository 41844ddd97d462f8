"""Champions: who speaks for each market, now or at a moment, as a person asks for it."""

from datetime import datetime
from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.champions.history import current_champion
from traderai_assets.domain.champions.periods import ChampionPeriod, champion_at, champion_periods
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.tables import ALL_MONTHS


def champion_rows(lake: LakeResource, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return a row a market for which anybody was ever chosen, in the order of their keys.

    Parameters
    ----------
    lake : LakeResource
    at : datetime, optional
        Close of a bar; who decides from now on where not given.
    """
    snapshot = lake.snapshot(CHAMPIONS)
    return [_row(market, snapshot.read(market, [ALL_MONTHS]), at) for market in snapshot.markets()]


def _row(market: str, history: pd.DataFrame, at: datetime | None) -> dict[str, Any]:
    if at is None:
        standing = champion_periods(history)[-1:] if current_champion(history) else []
        period = standing[0] if standing else None
    else:
        period = champion_at(history, at)
    known = history if at is None else history[history["changed_at"] < pd.Timestamp(at)]
    reason = str(known.sort_values("number")["reason"].iloc[-1]) if len(known) else "not chosen yet"
    return {"market": market, **_speaker(period), "reason": reason}


def _speaker(period: ChampionPeriod | None) -> dict[str, Any]:
    if period is None:
        return {"strategy": "nobody", "speaks": "not", "model": "none", "since": ""}
    return {
        "strategy": period.strategy,
        "speaks": "on paper" if period.paper else "in full",
        "model": period.model_id[:8],
        "since": f"{period.since:%Y-%m-%d %H:%M}",
    }
