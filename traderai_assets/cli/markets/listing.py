"""The list of markets as the commands want it: of the home, the instance and the lake in use."""

from typing import Any

from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.status.markets import read_markets


def market_rows(*, with_removed: bool = False) -> list[dict[str, Any]]:
    """Return one row a market: what is stored of it, and what is wrong with it."""
    settings = open_settings()
    with open_instance(settings) as instance:
        return read_markets(instance, open_lake(settings), settings, with_removed=with_removed)
