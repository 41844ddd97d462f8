"""`traderai backfill`: queue the missing candles of a market."""

from datetime import UTC, datetime, timedelta

import click

from traderai_assets.cli.context import open_settings
from traderai_assets.cli.launch import DEFAULT_URL, launch


@click.command()
@click.argument("market")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day, UTC.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day, UTC; default: today.")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="The web server to ask.")
def command(market: str, since: datetime, until: datetime | None, url: str) -> None:
    """Queue the missing candles of MARKET with their features and labels, in one run.

    Example: traderai backfill binance:BTC/USDT --since 2026-01-01
    """
    from traderai_assets.domain.months import months_between
    from traderai_assets.partitions import partition_key

    key = open_settings().market(market).key
    end = until.replace(tzinfo=UTC) + timedelta(days=1) if until else datetime.now(UTC)
    months = months_between(since.replace(tzinfo=UTC), end)
    if not months:
        raise click.BadParameter(f"--since {since:%Y-%m-%d} is not before {end:%Y-%m-%d %H:%M}")
    run_id = launch(url, "backfill", [partition_key(key, month.key) for month in months])
    click.echo(
        f"Queued run {run_id[:8]}: {key}, {months[0].key} to {months[-1].key}. "
        'See "traderai status".'
    )
