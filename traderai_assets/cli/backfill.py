"""`traderai backfill`: queue the missing candles of a market."""

from datetime import UTC, datetime, timedelta

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.launch import DEFAULT_URL, launch
from traderai_assets.cli.printing import answer, json_option
from traderai_assets.cli.run_waiting import end_as, waited_for


@click.command()
@click.argument("market")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day, UTC.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day, UTC; default: today.")
@click.option("--wait", is_flag=True, help="Wait until it has ended, and show how far it is.")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="The web server to ask.")
@json_option
def command(
    market: str, since: datetime, until: datetime | None, url: str, *, wait: bool, as_json: bool
) -> None:
    """Queue the missing candles of MARKET with their features and labels, in one run.

    Example: traderai backfill binance:BTC/USDT --since 2026-01-01
    """
    from traderai_assets.domain.months import months_between
    from traderai_assets.partitions import partition_key

    settings = open_settings()
    key, now = settings.market(market).key, datetime.now(UTC)
    end = until.replace(tzinfo=UTC) + timedelta(days=1) if until else now
    months = months_between(since.replace(tzinfo=UTC), end)
    if not months:
        raise click.BadParameter(f"--since {since:%Y-%m-%d} is not before {end:%Y-%m-%d %H:%M}")
    run_id = launch(url, "backfill", [partition_key(key, month.key) for month in months])
    queued = f"Queued run {run_id[:8]}: {key}, {months[0].key} to {months[-1].key}."
    facts = {"run": run_id, "market": key, "first": months[0].key, "last": months[-1].key}
    if not wait:
        answer(f'{queued} See "traderai status".', as_json=as_json, **facts)
        return
    click.echo(queued, err=True)
    with open_instance(settings) as instance:
        ended = waited_for(instance, [run_id])
    became = ended[0]["ended_as"]
    told = f'Run {run_id[:8]} ended as {became}; "traderai markets" shows what is stored.'
    answer(told, as_json=as_json, **facts, ended_as=became)
    end_as(ended)
