"""Venues in five dialects, and a market of theirs that is kept by its sensor alone.

The days are simulated: the venue's clock jumps from look to look, everything else is real. Each
look is one tick of the sensor, and the run that it asked for, in this process; of what it asked for
the candles alone, unless the whole job is wanted.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import dagster as dg
from dagster._core.definitions.partitions.context import partition_loading_context

from sensors.market_sensor import Finding, judge
from sensors.stale_candles import decide
from sensors.tick_view import TickView
from tests.assets.in_process_platform import InProcessPlatform
from tests.resources.exchange.conftest import Venue, _Handler, _Server
from tests.sensors.conftest import rows
from traderai_assets.domain.candles.gap_classes import GAP_CLASSES
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES

VENUES = {
    "binance": "BTC/USDT",
    "kraken": "BTC/USD",
    "okx": "BTC/USDT",
    "bybit": "BTC/USDT",
    "coinbase": "BTC/USD",
}


class Looked(NamedTuple):
    """One look of the sensor: when, what it said, how many requests for candles its run made."""

    now: datetime
    verdict: Finding
    requests: int


class KeptMarket:
    """One market of a venue, and nobody at the keyboard."""

    def __init__(self, platform: InProcessPlatform, venue: Venue, *, whole_jobs: bool) -> None:
        self.platform, self.venue = platform, venue
        self._whole_jobs = whole_jobs
        self.looks: list[Looked] = []

    @property
    def market(self):
        return self.platform.market

    def look(self, now: datetime) -> Looked:
        """Let the sensor look once at `now`, and run what it asks for."""
        self.venue.now = now
        before = len(self.venue.asked)
        with partition_loading_context(dynamic_partitions_store=self.platform.instance):
            look = TickView(
                self.platform.instance,
                self.platform.lake,
                self.platform.exchange,
                self.platform.settings,
            )
            verdict = judge(decide, look, self.market.key)
        self.platform.exchange.close()
        if verdict.request is not None:
            self._run(verdict.request)
        self.looks.append(Looked(now, verdict, len(self.venue.asked) - before))
        return self.looks[-1]

    def settle(self, now: datetime) -> None:
        """Let it look at `now` until it asks for nothing."""
        while self.look(now).verdict.request is not None:
            assert len(self.looks) < 1000

    def asks(self) -> list[Looked]:
        """The looks that asked for absent bars again."""
        return [one for one in self.looks if one.verdict.sentence.endswith("asked for again")]

    def absent(self, month: str) -> dict[str, int]:
        """Absent bars of a month by class."""
        gaps = self.platform.rows(CANDLE_GAPS, month)
        counts = gaps.groupby("kind")["absent_bars"].sum()
        assert set(counts.index) <= set(GAP_CLASSES)
        return {str(kind): int(bars) for kind, bars in counts.items() if bars}

    def stored(self, month: str) -> int:
        """Candles of a month."""
        return len(self.platform.rows(CANDLES, month))

    def _run(self, request: dg.RunRequest) -> None:
        job = request.job_name if self._whole_jobs else "fetch"
        self.platform.definitions.resolve_job_def(str(job)).execute_in_process(
            instance=self.platform.instance,
            tags={**request.tags, "dagster/run_key": request.run_key or ""},
        )
        if not self._whole_jobs:
            self._pretend_features()

    def _pretend_features(self) -> None:
        """One row at the end of each month's candles, which is what the sensor looks at."""
        for month in self.platform.hashes(CANDLES):
            last = self.platform.rows(CANDLES, month)["open_time"].iloc[-1:]
            self.platform.store(FEATURES, month, rows(FEATURES, open_time=last.to_numpy()))

    def table(self) -> str:
        """What every look that asked for something said, and how many requests it cost."""
        return "\n".join(
            f"{one.now:%m-%d %H:%M}  {one.requests:3}  {one.verdict.sentence}"
            for one in self.looks
            if one.verdict.request is not None
        )


@contextmanager
def kept_market(
    home: Path,
    exchange: str,
    *,
    history_days: int,
    timeframe: str = "1h",
    whole_jobs: bool = False,
) -> Iterator[KeptMarket]:
    """Open a market of one venue; it has no candle yet, and its clock stands in 1970."""
    hours = {"5m": 1 / 12, "1h": 1}[timeframe]
    venue = Venue(bar=timedelta(hours=hours))
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"venue": venue}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        with dg.DagsterInstance.ephemeral() as instance:
            platform = InProcessPlatform(
                home,
                SimpleNamespace(url=url),  # type: ignore[arg-type]
                instance,
                markets=(f"{exchange}:{VENUES[exchange]}",),
                timeframe=timeframe,
                history_days=history_days,
                training={"lookback_days": min(30, history_days)},
            )
            yield KeptMarket(platform, venue, whole_jobs=whole_jobs)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
