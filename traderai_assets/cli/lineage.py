"""`traderai lineage`: what a signal was made of, and what one candle has touched."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from traderai_assets.cli.context import open_instance, open_lake, open_settings, stored_market
from traderai_assets.cli.moments import moment_of
from traderai_assets.cli.printing import json_option, print_rows
from traderai_assets.domain.errors import InvalidInput

if TYPE_CHECKING:
    from traderai_assets.domain.markets import Market
    from traderai_assets.settings import Settings

_STRATEGY = "Whose; by default that of the settings which name none, else the first."


@click.group()
def command() -> None:
    """Follow one row: from a signal back to its candles, or from a candle to all it has touched.

    Example: traderai lineage candle binance:BTC/USDT 2026-03-20T12:00
    """


@command.command()
@click.argument("market")
@click.argument("open_time")
@click.option("--strategy", help=_STRATEGY)
@json_option
def signal(market: str, open_time: str, strategy: str | None, *, as_json: bool) -> None:
    """Show what the signal of MARKET at the bar of OPEN_TIME was made of, with runs and hashes.

    Example: traderai lineage signal binance:BTC/USDT 2026-03-20T12:00
    """
    from traderai_assets.lineage.of_signal import SignalLineage
    from traderai_assets.lineage.origins import Origins
    from traderai_assets.lineage.stored_rows import LoadedTables
    from traderai_assets.plan import reach
    from traderai_assets.strategies import strategy_named, strategy_names

    settings = open_settings()
    found = strategy_named(settings, strategy or strategy_names(settings)[0])
    tables = LoadedTables(open_lake(settings).of(found))
    asked = _market(settings, market)
    opened = _opened(open_time, asked)
    with open_instance(settings) as instance:
        lineage = SignalLineage(
            tables, Origins(tables, instance), reach(settings.of(found.name)), asked, opened
        )
        print_rows(lineage.rows(), as_json=as_json, empty="")


@command.command()
@click.argument("market")
@click.argument("open_time")
@click.option("--strategy", help="Of one strategy alone; by default of all.")
@click.option("--all", "everything", is_flag=True, help="Also ranges of which nothing is stored.")
@json_option
def candle(
    market: str, open_time: str, strategy: str | None, *, everything: bool, as_json: bool
) -> None:
    """Show which rows the candle of MARKET at OPEN_TIME has reached, as ranges of each month.

    Example: traderai lineage candle binance:BTC/USDT 2026-03-20T12:00
    """
    from traderai_assets.lineage.of_candle import CandleUses
    from traderai_assets.lineage.stored_ranges import stored_only
    from traderai_assets.plan import reach
    from traderai_assets.strategies import strategies_of, strategy_named

    settings = open_settings()
    lake, asked = open_lake(settings), _market(settings, market)
    opened = _opened(open_time, asked)
    named = [strategy_named(settings, strategy)] if strategy else strategies_of(settings)
    rows = []
    for number, one in enumerate(named):
        own = settings.of(one.name)
        uses = CandleUses(lake, one, reach(own), own.training.horizon_bars, asked, opened)
        rows += [*(uses.shared() if number == 0 else ()), *uses.of_strategy()]
    print_rows(rows if everything else stored_only(rows), as_json=as_json, empty="Nothing.")


def _market(settings: "Settings", text: str) -> "Market":
    from traderai_assets.domain.markets import Market
    from traderai_assets.schemas.candles import CANDLES

    return Market.parse(stored_market(settings, text, open_lake(settings).look(CANDLES).markets()))


def _opened(text: str, market: "Market") -> datetime:
    """Read the open time of a bar, in UTC where it names no zone."""
    moment = moment_of(text, "OPEN_TIME")
    off = (moment - datetime(1970, 1, 1, tzinfo=UTC)) % market.bar
    if off:
        raise InvalidInput(
            f"no bar of {market.key} opens at {moment:%Y-%m-%dT%H:%M} UTC; the one it lies in "
            f"opens at {moment - off:%Y-%m-%dT%H:%M}"
        )
    return moment
