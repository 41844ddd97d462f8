"""`traderai words`: of each of a market's latest bars a signal, or the one reason for none."""

import json
from dataclasses import asdict

import click

from traderai_assets.cli.context import open_lake, open_settings, stored_market
from traderai_assets.cli.printing import json_option, print_rows
from traderai_assets.domain.markets import Market
from traderai_assets.domain.numbers import percent


@click.command()
@click.argument("market")
@click.option("--strategy", help="Whose words; the first by name where left out.")
@click.option("--bars", type=click.IntRange(1, 10_000), default=24, show_default=True)
@json_option
def command(market: str, strategy: str | None, bars: int, *, as_json: bool) -> None:
    """Say what a strategy said of each of MARKET's latest bars, and why where it said nothing.

    With the interval in which the bar's return lies nine times in ten. What the words mean:
    docs/signals.md.

    Example: traderai words binance:BTC/USDT --bars 100
    """
    from traderai_assets.schemas.candles import CANDLES
    from traderai_assets.status.words import latest_words
    from traderai_assets.strategies import strategies_of, strategy_named

    settings = open_settings()
    lake = open_lake(settings)
    key = stored_market(settings, market, lake.snapshot(CANDLES).markets())
    whose = strategy_named(settings, strategy) if strategy else strategies_of(settings)[0]
    found = latest_words(lake, settings, whose, Market.parse(key), bars)
    if as_json:
        click.echo(json.dumps({"strategy": whose.name, "market": key} | asdict(found), indent=2))
        return
    nothing = f"no bar of {key} has features yet"
    print_rows(found.rows, as_json=False, empty=nothing)
    counts = ", ".join(f"{count} {word}" for word, count in found.counts.items())
    click.echo(
        f"\n{whose.name} on {key}: {counts or 'no word'}; outliers "
        f"{percent(found.outlier_rate)} of bars predicted; intervals held "
        f"{percent(found.coverage)} of returns known, of 90% wanted"
    )
