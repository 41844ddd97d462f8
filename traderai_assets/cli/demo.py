"""`traderai demo`: the main job, offline, by runs that the real daemon takes from the real queue.

The sensors fetch, train, choose and signal by themselves. The demo lets time pass at the sandbox,
asks for what nobody asks for by themselves (models and snapshots of months gone by), and tells.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traderai_assets.cli.house import open_instance, open_lake, open_settings
from traderai_assets.cli.launch import launch
from traderai_assets.cli.processes import dagster_running, free_port
from traderai_assets.cli.sandbox_process import SandboxProcess, sandbox_of
from traderai_assets.cli.summary import print_summary
from traderai_assets.cli.watching import QueueWatch
from traderai_assets.cli.world import World, same_world
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import partition_key
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from resources.lake.resource import LakeResource
    from traderai_assets.schemas.tables import Table

WEB_PORT = 3000
SIMULATED_NOW = datetime(2026, 10, 15, tzinfo=UTC)  # standing, so that two demos are the same
REPLAYED_MONTHS = 3
LIVE_BARS = 12
PATIENCE_SECONDS = 900


@click.command()
@click.option(
    "--candles",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Replay this folder of Parquet candles instead of simulating.",
)
def command(candles: Path | None) -> None:
    """Run the main job offline: fetch, train, choose, signal, replay, measure drift.

    Example: traderai demo
    """
    settings = open_settings()
    world = same_world(settings, _wanted(settings, candles))
    log = settings.home / "dagster.log"
    with ExitStack() as stack:
        sandbox = stack.enter_context(sandbox_of(settings, world, speed=0))
        environment = {
            "TRADERAI_EXCHANGE_URL": sandbox.url,
            "TRADERAI_SENSORS__INTERVAL_SECONDS": "5",
        }
        watch = QueueWatch(stack.enter_context(open_instance(settings)))
        watch.say(f"Starting Dagster; its log is {log}")
        url = stack.enter_context(
            dagster_running(settings, port=free_port(WEB_PORT), environment=environment, log=log)
        )
        watch.say(f"Web UI: {url} (as long as the demo runs)")
        Story(settings, world, sandbox, watch, url, open_lake(settings)).tell()
        print_summary(settings, watch)
    click.echo(
        '\nNext: "make dev" opens the web UI on this instance and lets the sandbox\'s clock run; '
        '\n      ".venv/bin/traderai markets", "traderai status" and "traderai candles --help".'
    )


def _wanted(settings: Settings, candles: Path | None) -> World:
    if candles is not None:
        from traderai_assets.sandbox.replay import ReplayFeed

        # Some files may go on longer than others; the live bars are the last that all have, but
        # for one: a bar is closed for certain when the next has been seen.
        end = ReplayFeed(candles).end(*(market.symbol for market in settings.market_list()))
        live = LIVE_BARS + settings.training.horizon_bars + 1
        began = (end - live * settings.market_list()[0].bar).isoformat()
        return World(str(candles.resolve()), seed=7, start=None, began=began, now=began)
    listed = (SIMULATED_NOW - timedelta(days=settings.history_days)).isoformat()
    began = SIMULATED_NOW.isoformat()
    return World(None, seed=7, start=listed, began=began, now=began)


class Story:
    """What the demo does, in order; each stage is over when the lake holds what it is about."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        sandbox: SandboxProcess,
        watch: QueueWatch,
        url: str,
        lake: "LakeResource",
    ) -> None:
        self._markets = settings.market_list()
        self._settings = settings
        self._began = datetime.fromisoformat(world.began)
        self._sandbox = sandbox
        self._watch = watch
        self._url = url
        self._lake = lake

    def tell(self) -> None:
        """Run the main job."""
        horizon = self._settings.training.horizon_bars
        self._fetch()
        self._await_champions()
        self._let_bars_close(LIVE_BARS, "nobody touches a key")
        self._let_bars_close(
            LIVE_BARS + horizon, "signals reach their target, their stop or their end"
        )
        self._measure_drift()
        self._walk_forward()
        self._replay()

    def _fetch(self) -> None:
        from traderai_assets.schemas.candles import CANDLES
        from traderai_assets.schemas.features import FEATURES

        self._until(
            f"Candles, features and labels of {self._settings.history_days} days: the sensor sees "
            "that they are missing",
            lambda market: (
                self._last(CANDLES, market) is not None
                and self._last(FEATURES, market) == self._last(CANDLES, market)
            ),
        )

    def _await_champions(self) -> None:
        from traderai_assets.schemas.champions import CHAMPIONS

        self._until(
            "The newest model and the champion: the sensors see that there is none",
            lambda market: bool(self._months(CHAMPIONS, market)),
        )

    def _walk_forward(self) -> None:
        from traderai_assets.schemas.backtests import BACKTEST_METRICS

        months = self._launch("train")
        self._until(
            f"Models of {months[0].key} to {months[-1].key}, each of what came before it",
            lambda market: (
                {month.key for month in months} <= self._months(BACKTEST_METRICS, market)
            ),
        )

    def _replay(self) -> None:
        self._launch("replay_history")
        self._until("What those models would have signalled in their months", lambda _: True)

    def _let_bars_close(self, bars: int, what: str) -> None:
        from traderai_assets.schemas.candles import CANDLES
        from traderai_assets.schemas.predictions import PREDICTIONS

        until = self._began + bars * self._markets[0].bar
        # A demo that is run again finds the clock where it left it, and lets it stand.
        self._sandbox.advance(max(0.0, (until - self._sandbox.now()).total_seconds()))
        self._until(
            f"{until:%Y-%m-%d %H:%M} UTC at the exchange, {bars} bars on; {what}",
            lambda market: (
                self._known_until(market) >= until
                and self._last(PREDICTIONS, market) == self._last(CANDLES, market)
            ),
        )

    def _measure_drift(self) -> None:
        from traderai_assets.schemas.drift_metrics import DRIFT_METRICS

        self._until(
            "Drift of features, predictions and results",
            lambda market: bool(self._months(DRIFT_METRICS, market)),
        )

    def _launch(self, job: str) -> list[Month]:
        """Queue one run of `job` a market over the last months; return the months."""
        this_month = Month.of(self._sandbox.now())
        months = [this_month.shift(-back) for back in reversed(range(REPLAYED_MONTHS))]
        for market in self._markets:
            launch(self._url, job, [partition_key(market.key, month.key) for month in months])
        return months

    def _until(self, what: str, done: Callable[[Market], bool]) -> None:
        self._watch.wait_until(
            what, lambda: all(done(market) for market in self._markets), PATIENCE_SECONDS
        )

    def _known_until(self, market: Market) -> datetime:
        """Return the close of the last bar that is stored or a known gap."""
        from traderai_assets.assets.look_back import known_until
        from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

        stored, gaps = self._lake.snapshot(CANDLES), self._lake.snapshot(CANDLE_GAPS)
        return known_until(stored, gaps, market) or datetime.min.replace(tzinfo=UTC)

    def _months(self, table: "Table", market: Market) -> set[str]:
        """Return the months of which the table holds rows of the market."""
        return set(self._lake.snapshot(table).content_hashes(market.key))

    def _last(self, table: "Table", market: Market) -> datetime | None:
        """Return the newest time the table holds of the market."""
        snapshot = self._lake.snapshot(table)
        month = max(snapshot.content_hashes(market.key), default=None)
        return snapshot.summary(market.key, month).last if month else None
