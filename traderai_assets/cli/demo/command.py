"""`traderai demo`: the main job, offline, by runs that the real daemon takes from the real queue.

The sensors fetch, train, judge, choose and signal by themselves. The demo has the records of its
two strategies made, lets time pass at the sandbox, and prints what came of it.
"""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from traderai_assets.cli.context import dagster_home, open_instance, open_lake, open_settings
from traderai_assets.cli.demo.home_settings import EDGE, demo_settings
from traderai_assets.cli.demo.scenario import LIVE_BARS, Scenario
from traderai_assets.cli.demo.summary import print_summary
from traderai_assets.cli.dev.home_lock import home_lock
from traderai_assets.cli.dev.services import dagster_running
from traderai_assets.cli.processes import free_port
from traderai_assets.cli.queue_watch import QueueWatch
from traderai_assets.cli.sandbox.origin import SandboxOrigin, same_origin
from traderai_assets.cli.sandbox.process import sandbox_of
from traderai_assets.settings import Settings

WEB_PORT, BOARD_PORT = 3000, 3001
INTERRUPTED = 130  # as shells have it
# Standing, so that two demos are the same; a day on which the newest model has something to say
SIMULATED_NOW = datetime(2026, 10, 6, tzinfo=UTC)


@click.command()
@click.option(
    "--candles",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Replay this folder of Parquet candles instead of simulating.",
)
def command(candles: Path | None) -> None:
    """Run the main job offline: fetch, train, judge two strategies, signal, measure drift.

    Example: traderai demo
    """
    try:
        _run(candles)
    except KeyboardInterrupt as end:
        click.echo(
            f'Stopped by {end or "Ctrl-C"}; nothing runs on. "traderai demo" goes on from here.'
        )
        raise click.exceptions.Exit(INTERRUPTED) from end
    click.echo(
        '\nNext: "make dev" opens the web UI on this instance and lets the sandbox\'s clock run;'
        '\n      ".venv/bin/traderai report strategy patient" writes all of a strategy;'
        '\n      ".venv/bin/traderai markets", "traderai status" and "traderai --help".'
    )


def _run(candles: Path | None) -> None:
    settings = open_settings()
    log = settings.home / "dagster.log"
    with ExitStack() as stack:
        stack.enter_context(home_lock(settings, "traderai demo"))
        dagster_home(settings)  # Before anything is started: it may not be ours
        settings = demo_settings()
        origin = same_origin(settings, _wanted(settings, candles))
        sandbox = stack.enter_context(sandbox_of(settings, origin, speed=0))
        environment = {
            "TRADERAI_EXCHANGE_URL": sandbox.url,
            "TRADERAI_SENSORS__INTERVAL_SECONDS": "5",
        }
        watch = QueueWatch(stack.enter_context(open_instance(settings)))
        watch.say(f"Starting Dagster; its log is {log}")
        services = stack.enter_context(
            dagster_running(
                settings,
                port=free_port(WEB_PORT),
                board_port=free_port(BOARD_PORT),
                environment=environment,
                log=log,
            )
        )
        services.watch(sandbox.service)
        watch.stop_by(services.check)
        watch.say(f"Web UI: {services.url}, board: {services.board_url} (as long as the demo runs)")
        Scenario(settings, origin, sandbox, watch, services.url, open_lake(settings)).run()
        print_summary(settings, watch)


def _wanted(settings: Settings, candles: Path | None) -> SandboxOrigin:
    if candles is not None:
        from traderai_assets.sandbox.replay import ReplayFeed

        # Some files may go on longer than others; the live bars are the last that all have, but
        # for one: a bar is closed for certain when the next has been seen.
        end = ReplayFeed(candles).end(*(market.symbol for market in settings.market_list()))
        live = LIVE_BARS + settings.longest_horizon + 1
        began = (end - live * settings.market_list()[0].bar).isoformat()
        return SandboxOrigin(str(candles.resolve()), seed=7, start=None, began=began, now=began)
    listed = (SIMULATED_NOW - timedelta(days=settings.history_days)).isoformat()
    began = SIMULATED_NOW.isoformat()
    return SandboxOrigin(None, seed=7, start=listed, began=began, now=began, edge=EDGE)
