"""`traderai markets`: what is kept, how far back, how fresh."""

from typing import Any

import click

from traderai_assets.cli.house import open_instance, open_lake, open_settings
from traderai_assets.cli.printing import print_rows


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """List the markets with what is stored of them.

    Example: traderai markets
    """
    if ctx.invoked_subcommand is None:
        print_rows(
            market_rows(),
            as_json=as_json,
            empty='No markets yet; add one with "traderai markets add binance:BTC/USDT".',
        )


@command.command()
@click.argument("market")
def add(market: str) -> None:
    """Keep MARKET, written exchange:symbol; its history is fetched by the sensors.

    Example: traderai markets add binance:SOL/USDT
    """
    from traderai_assets.partitions import MARKETS
    from traderai_assets.plan import check_market, require_room

    settings = open_settings()
    asked = settings.market(market)
    check_market(settings, asked)
    key = asked.key
    with open_instance(settings) as instance:
        if instance.has_dynamic_partition(MARKETS, key):
            click.echo(f"{key} is kept already.")
            return
        require_room(len(instance.get_dynamic_partitions(MARKETS)))
        instance.add_dynamic_partitions(MARKETS, [key])
    click.echo(f'{key} added; "make dev" fetches its history, "traderai status" shows how far.')


def market_rows() -> list[dict[str, Any]]:
    """Return one row a market: months, rows, first and last candle, absent bars."""
    from traderai_assets.domain.candles.gaps import NOT_LISTED
    from traderai_assets.partitions import MARKETS
    from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

    settings = open_settings()
    with open_instance(settings) as instance:
        keys = list(instance.get_dynamic_partitions(MARKETS))
    lake = open_lake(settings)
    candles, gaps = lake.snapshot(CANDLES), lake.snapshot(CANDLE_GAPS)
    rows = []
    for key in sorted({*keys, *candles.markets()}):
        months = sorted(candles.content_hashes(key))
        summaries = [candles.summary(key, month) for month in months]
        absent = gaps.read(key, sorted(gaps.content_hashes(key)))
        rows.append(
            {
                "market": key,
                "months": len(months),
                "candles": sum(summary.rows for summary in summaries),
                "first": _minute(summaries[0].first) if summaries else None,
                "last": _minute(summaries[-1].last) if summaries else None,
                "absent_bars": int(absent.loc[absent["kind"] != NOT_LISTED, "absent_bars"].sum()),
            }
        )
    return rows


def _minute(moment: Any) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else None
