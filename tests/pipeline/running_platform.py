"""A platform that runs: web server, daemon and code server, and what is seen of it from outside."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta

import dagster as dg
import pandas as pd
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorTick, TickStatus
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES

from resources.lake.resource import LakeResource
from tests.processes import end_all, processes_of
from traderai_assets.cli.context import dagster_home
from traderai_assets.cli.dev.services import dagster_running
from traderai_assets.cli.processes import free_port
from traderai_assets.domain.markets import Market
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings

BTC = Market("binance", "BTC/USDT", "15m")
TIMEOUT_SECONDS = 240  # a loaded machine; nothing here is a measurement


class RunningPlatform:
    """The running platform, and what can be seen of it from outside."""

    def __init__(
        self, settings: Settings, sandbox: SandboxServer, instance: dg.DagsterInstance
    ) -> None:
        self.settings = settings
        self.sandbox = sandbox
        self.instance = instance
        self.lake = LakeResource(root=settings.lake_root)
        self.most_at_once = 0
        self.url = ""
        self._home = dagster_home(settings)
        self._dagster = ExitStack()

    def start(self) -> None:
        """Start `dagster dev` as `traderai dev` does."""
        self.url = self._dagster.enter_context(
            dagster_running(
                self.settings,
                port=free_port(0),
                environment={"TRADERAI_EXCHANGE_URL": self.sandbox.url},
                log=self.settings.home / "dagster.log",
            )
        ).url

    def stop(self) -> None:
        """End it in order; whatever is still there afterwards should not be."""
        self._dagster.close()
        left = processes_of(self._home)
        end_all(self._home)
        assert not left, f"dagster dev left processes behind: {left}"

    def crash(self) -> None:
        """Kill everything at once, as a power cut would."""
        end_all(self._home)
        self._dagster.close()

    def freeze_daemon(self) -> None:
        """Let nothing leave the queue until the platform is started anew."""
        for process, command in processes_of(self._home).items():
            if "dagster._daemon" in command:
                os.kill(process, signal.SIGSTOP)

    def runs(self, *jobs: str) -> list[dg.RunRecord]:
        """Every run of these jobs, or every run, oldest first."""
        records = self.instance.get_run_records(limit=500)
        return [one for one in reversed(records) if one.dagster_run.job_name in jobs or not jobs]

    def until(self, condition: Callable[[], object]) -> None:
        """Look until it holds, and note how many runs are seen at work at once."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            self._note_slots()
            assert time.monotonic() < deadline, self._tail_of_log()
            time.sleep(1.0)  # the platform has two cores, too

    def until_quiet(self) -> None:
        """Look until nothing waits or works and every sensor has looked again since and rested."""

        def rested() -> bool:
            if not all(record.dagster_run.is_finished for record in self.runs()):
                return False
            ended = max((one.end_time or 0.0 for one in self.runs()), default=0.0)
            ticks = [self.ticks(sensor, since=ended) for sensor in self.sensors()]
            return all(any(tick.status == TickStatus.SKIPPED for tick in seen) for seen in ticks)

        self.until(rested)

    def sensors(self) -> list[str]:
        states = self.instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
        return [state.instigator_name for state in states]

    def ticks(self, sensor: str, *, since: float) -> list[InstigatorTick]:
        """A sensor's ticks that began after a moment, oldest first."""
        states = self.instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
        [state] = [one for one in states if one.instigator_name == sensor]
        ticks = self.instance.get_ticks(
            state.instigator_origin_id, state.selector_id, after=since, limit=200
        )
        return list(reversed(ticks))

    def read(self, table: Table) -> pd.DataFrame:
        """Every stored row of the market."""
        snapshot = self.lake.snapshot(table)
        return snapshot.read(BTC.key, sorted(snapshot.content_hashes(BTC.key)))

    def last(self, table: Table) -> datetime | None:
        """The last time the table holds, from its log."""
        snapshot = self.lake.snapshot(table)
        month = max(snapshot.content_hashes(BTC.key), default=None)
        return snapshot.summary(BTC.key, month).last if month else None

    def let_bars_close(self, bars: int) -> datetime:
        """Move the exchange's clock; return the open of the last bar that has closed then."""
        self.sandbox.clock.advance((bars * BTC.bar).total_seconds())
        return self.sandbox.clock.now() - timedelta(seconds=10) - BTC.bar

    def _note_slots(self) -> None:
        at_work = self.instance.get_runs(dg.RunsFilter(statuses=IN_PROGRESS_RUN_STATUSES))
        self.most_at_once = max(self.most_at_once, len(at_work))

    def _tail_of_log(self) -> str:
        return (self.settings.home / "dagster.log").read_text()[-4000:]
