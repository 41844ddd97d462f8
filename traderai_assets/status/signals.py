"""Signals that hold at a moment, of all strategies and markets, as a person asks for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.numbers import PRICE_DIGITS, shown, significant
from traderai_assets.domain.signals.as_of import holding_at
from traderai_assets.domain.signals.identity import with_identity
from traderai_assets.domain.strategies.strategy import DEFAULT
from traderai_assets.plan import reach
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings
from traderai_assets.status.run_facts import moment as written
from traderai_assets.strategies import strategy_names, tables_of


def signal_rows(
    lake: LakeResource,
    settings: Settings,
    moment: datetime,
    *,
    markets: Sequence[str] = (),
    strategy: str | None = None,
) -> list[dict[str, Any]]:
    """Return a row for each signal that holds at a moment.

    Parameters
    ----------
    lake : LakeResource
    settings : Settings
    moment : datetime
        With a zone.
    markets : sequence of str
        Keys; empty is all.
    strategy : str, optional
        Whose signals; everybody's where not given, also of strategies that are named no longer.
    """
    rows = []
    for table in tables_of(settings, lake.remembered()):
        name = table.folder or DEFAULT
        if table.name == SIGNALS.name and strategy in (None, name):
            own = settings.of(name) if name in strategy_names(settings) else settings
            for market in lake.snapshot(table).markets():
                if not markets or market in markets:
                    found = _holding(lake, table, Market.parse(market), own, moment)
                    signed = with_identity(found, strategy=name, market=Market.parse(market))
                    rows += [_row(name, market, one) for one in signed.to_dict("records")]
    return rows


def _holding(
    lake: LakeResource, table: Table, market: Market, settings: Settings, moment: datetime
) -> pd.DataFrame:
    months = reach(settings).outcomes(market.bar).months(Month.of(moment))
    return holding_at(lake.snapshot(table).read(market, months), moment)


def _row(strategy: str, market: str, signal: dict[Any, Any]) -> dict[str, Any]:
    return {
        "signal": signal["signal_id"],
        "strategy": strategy,
        "market": market,
        "side": "long" if signal["side"] > 0 else "short",
        "speaks": "on paper" if signal["paper"] else "in full",
        "size": shown(signal["size"], 4),
        "target": significant(signal["target_price"], PRICE_DIGITS),
        "stop": significant(signal["stop_price"], PRICE_DIGITS),
        "valid_from": written(signal["decided_at"]),
        "valid_until": written(signal["valid_until"]),
        "model": str(signal["model_id"])[:8],
    }
