"""`traderai walk-forward`: make a strategy's past, month by month, and have it judged."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.cli.launch import DEFAULT_URL
from traderai_assets.cli.printing import answer, json_option
from traderai_assets.cli.run_waiting import end_as, waited_for
from traderai_assets.domain.errors import InvalidInput

if TYPE_CHECKING:
    from traderai_assets.domain.markets import Market
    from traderai_assets.domain.months import Month
    from traderai_assets.domain.strategies.strategy import Strategy
    from traderai_assets.settings import Settings

_WATCH = 'See "traderai status --watch"; what is made stays made, so the command can be repeated.'

_ENDED = 'All have ended; "traderai strategies verdict" says what is believed of a strategy.'


@click.command()
@click.argument("strategy", required=False)
@click.option("--since", help="First month, YYYY-MM; default: the first that a model can serve.")
@click.option("--until", help="Last month, YYYY-MM; default: the last with candles.")
@click.option("--market", "markets", multiple=True, help="Only this market; may be repeated.")
@click.option("--wait", is_flag=True, help="Wait until all have ended, and show how far they are.")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="The web server to ask.")
@json_option
def command(
    strategy: str | None,
    since: str | None,
    until: str | None,
    markets: Sequence[str],
    url: str,
    *,
    wait: bool,
    as_json: bool,
) -> None:
    """Queue what the record of STRATEGY lacks: models, backtests and days, one run a market.

    Without STRATEGY that of every strategy. Once nothing is lacking its verdict is asked for;
    otherwise a sensor asks for it when the runs have ended.

    Example: traderai walk-forward --since 2025-01
    """
    from traderai_assets.strategies import strategies_of, strategy_named

    settings = open_settings()
    asked = [strategy_named(settings, strategy)] if strategy else strategies_of(settings)
    first, last = _month(since, "--since"), _month(until, "--until")
    if first and last and last < first:
        raise click.BadParameter(f"--since {since} is after --until {until}")
    named = [settings.market(text) for text in markets]
    queued: list[dict[str, Any]] = []
    for one in asked:
        found = walk(settings, one, url, first=first, last=last, named=named, quiet=as_json)
        queued += [{"strategy": one.name, **row} for row in found]
    if wait:
        with open_instance(settings) as instance:
            ended = waited_for(instance, [row["run"] for row in queued])
        queued = [
            row | {"ended_as": one["ended_as"]} for row, one in zip(queued, ended, strict=True)
        ]
        answer(_ENDED, as_json=as_json, runs=queued)
        end_as(ended)
        return
    answer(_WATCH, as_json=as_json, runs=queued)


def walk(
    settings: "Settings",
    strategy: "Strategy",
    url: str,
    *,
    first: "Month | None" = None,
    last: "Month | None" = None,
    named: "Sequence[Market]" = (),
    quiet: bool = False,
) -> list[dict[str, Any]]:
    """Queue what the record of a strategy lacks, or its judgement; return a row for each run.

    `quiet` has it say on standard error what it does.
    """
    from traderai_assets.domain.markets import Market
    from traderai_assets.instance.kept_markets import kept_markets
    from traderai_assets.registry.walk_forward import WalkForward, stretches
    from traderai_assets.strategies import shortest_look_back_days

    queued: list[dict[str, Any]] = []
    with open_instance(settings) as instance:
        past = WalkForward(open_lake(settings), instance, strategy)
        days = shortest_look_back_days(settings, strategy)
        for market in named or [Market.parse(key) for key in kept_markets(instance, settings)]:
            served = [
                month
                for month in past.months(market, look_back_days=days)
                if (first is None or month >= first) and (last is None or month <= last)
            ]
            if not served:
                click.echo(
                    f"{strategy.name}: {market.key} has no month with candles behind a look-back "
                    f'of {days} days; "traderai backfill {market.key} --since" fetches them',
                    err=quiet,
                )
            for stretch in stretches(past.lacking(market, served)):
                run_id = _launch(url, "train", strategy, market, stretch)
                months = {"first": stretch[0].key, "last": stretch[-1].key}
                queued.append({"run": run_id, "job": "train", "market": market.key, **months})
                click.echo(
                    f"{strategy.name}: queued run {run_id[:8]}: {market.key}, "
                    f"{stretch[0].key} to {stretch[-1].key}",
                    err=quiet,
                )
    if not queued:
        run_id = _launch(url, "judge", strategy)
        queued.append({"run": run_id, "job": "judge"})
        told = f"{strategy.name}: its record lacks nothing; queued run {run_id[:8]} to judge"
        click.echo(told, err=quiet)
    return queued


def _launch(
    url: str,
    job: str,
    strategy: "Strategy",
    market: "Market | None" = None,
    months: "Sequence[Month]" = (),
) -> str:
    from traderai_assets.cli.launch_selected import launch_selected
    from traderai_assets.jobs import own_checks
    from traderai_assets.partitions import partition_key
    from traderai_assets.runs.strategy_assets import asset_key
    from traderai_assets.work_classes import JOBS

    keys = [partition_key(market.key, month.key) for month in months] if market else []
    if not strategy.folder:
        return launch_selected(url, job, keys)
    assets = [asset_key(strategy, asset) for asset in sorted(JOBS[job])]
    return launch_selected(url, job, keys, assets=assets, checks=own_checks(job, strategy) or ())


def _month(text: str | None, option: str) -> "Month | None":
    from traderai_assets.domain.months import Month

    try:
        return None if text is None else Month.parse(text)
    except InvalidInput as error:
        raise click.BadParameter(f"{option}: {error}") from None
