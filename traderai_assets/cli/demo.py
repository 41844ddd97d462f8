"""`traderai demo`: the main job, offline, by runs that the real daemon takes from the real queue.

The sensors fetch, train and signal by themselves; the demo lets time pass at the sandbox, asks for
what nobody asks for by themselves (models and snapshots of months gone by), and tells what happens.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traderai_assets.cli.house import open_instance, open_lake, open_settings
from traderai_assets.cli.launch import launch
from traderai_assets.cli.processes import dagster_running, free_port
from traderai_assets.cli.sandbox_process import SandboxProcess, sandbox_of
from traderai_assets.cli.watching import QueueWatch
from traderai_assets.cli.world import World, same_world
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from resources.lake import LakeResource

WEB_PORT = 3000
SIMULATED_NOW = datetime(2026, 10, 15, tzinfo=UTC)  # standing, so that two demos are the same
REPLAYED_MONTHS = 3
PATIENCE_SECONDS = 900


@click.command()
@click.option("--candles", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Replay this folder of Parquet candles instead of simulating.")
def command(candles: Path | None) -> None:
    """Run the main job offline: fetch, train, signal, replay, measure drift.

    Example: traderai demo
    """
    settings = open_settings()
    world = same_world(settings, _wanted(settings, candles))
    log = settings.home / "dagster.log"
    with ExitStack() as stack:
        sandbox = stack.enter_context(sandbox_of(settings, world, speed=0))
        url = stack.enter_context(
            dagster_running(
                settings,
                port=free_port(WEB_PORT),
                environment={
                    "TRADERAI_EXCHANGE_URL": sandbox.url,
                    "TRADERAI_SENSORS__INTERVAL_SECONDS": "5",
                },
                log=log,
            )
        )
        watch = QueueWatch(stack.enter_context(open_instance(settings)))
        click.echo(f"Web UI: {url} (while this runs). Logs: {log}")
        Story(settings, sandbox, watch, url, open_lake(settings)).tell()


def _wanted(settings: Settings, candles: Path | None) -> World:
    if candles is not None:
        return World(str(candles.resolve()), seed=7, start=None, now=None)
    listed = SIMULATED_NOW - timedelta(days=settings.history_days)
    return World(None, seed=7, start=listed.isoformat(), now=SIMULATED_NOW.isoformat())


@dataclass
class Story:
    """What the demo does, in order."""

    settings: Settings
    sandbox: SandboxProcess
    watch: QueueWatch
    url: str
    lake: "LakeResource"

    def tell(self) -> None:
        """Run the main job and say what came of it."""
        ...
