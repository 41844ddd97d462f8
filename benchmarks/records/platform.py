"""A platform of its own for `make records`: replayed candles, a lake, an instance, no daemon.

Every run is made in this process, one after the other, by the platform's own jobs.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import numpy as np

from resources.lake.resource import LakeResource
from traderai_assets.cli.context import open_instance, open_lake
from traderai_assets.definitions import build_definitions
from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.candles.frames import moment_of
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import FIRST_MONTH
from traderai_assets.domain.markets import BARS, Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.jobs import own_checks
from traderai_assets.partitions import MARKETS, partition_key, partition_range_tags
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.feed import Feed
from traderai_assets.sandbox.replay import EXCHANGE
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.settings import Settings, load_settings
from traderai_assets.work_classes import JOBS

# Somewhat more than what `domain/candles/gap_classes.py` waits between five asks
SILENCE_IS_ASKED_AFTER = (700, 4_000, 90_000, 180_000)
# Dagster tells every step of every run otherwise
_QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


@dataclass(frozen=True)
class History:
    """The whole months of one market that a folder of candles has.

    Attributes
    ----------
    symbol : str
        As settings write it, such as BTC/USDT.
    first : datetime
        Open time of its first candle.
    months : tuple of Month
        Those with candles, rising. The month in which the candles end is left out: what a strategy
        holds at the end of a month is closed there, and of this one nobody knows the end.
    """

    symbol: str
    first: datetime
    months: tuple[Month, ...]

    def served(self, first_days: int) -> list[Month]:
        """Months that a model can serve which learns from so many days at least."""
        ready = self.first + timedelta(days=first_days)
        return [month for month in self.months if month.start >= ready]


def histories(feed: Feed, timeframe: str) -> list[History]:
    """Whole months of every market that has candles of the timeframe, by symbol."""
    found = []
    for listing in sorted(feed.listings.values(), key=lambda one: (one.base, one.quote)):
        if feed.source(listing.market_id, timeframe) is None:
            continue
        first = max(feed.first(listing.market_id, timeframe), milliseconds(FIRST_MONTH))
        opened = feed.bars(listing.market_id, timeframe, first, np.iinfo(np.int64).max).open_time
        if not opened.size:
            continue
        start, end = moment_of(int(opened[0])), moment_of(int(opened[-1])) + BARS[timeframe]
        months = [
            month
            for month in months_between(start, end)
            if month.end <= end and _any_between(opened, month)
        ]
        if months:
            found.append(History(f"{listing.base}/{listing.quote}", start, tuple(months)))
    return found


def _any_between(opened: np.ndarray, month: Month) -> bool:
    first, last = np.searchsorted(opened, [milliseconds(month.start), milliseconds(month.end)])
    return bool(last > first)


class RecordsPlatform:
    """The platform that makes the records; `opened` opens it."""

    def __init__(
        self, settings: Settings, lake: LakeResource, instance: dg.DagsterInstance, clock: Clock
    ) -> None:
        self.settings, self.lake, self.instance = settings, lake, instance
        self.clock = clock
        self._definitions = build_definitions(settings=settings)
        instance.add_dynamic_partitions(MARKETS, [market.key for market in settings.market_list()])

    def fetch(self, market: Market, months: Sequence[Month]) -> None:
        """Fetch months that follow on each other, and make of them what models learn from."""
        self.run("backfill", market, months)

    def ask_until_silence_is_believed(self, market: Market, months: Sequence[Month]) -> None:
        """Fetch months of which some have no candles, until it is known that there are none."""
        self.fetch(market, months)
        for seconds in SILENCE_IS_ASKED_AFTER:
            self.clock.advance(seconds)
            self.fetch(market, months)

    def run(
        self,
        job: str,
        market: Market | None = None,
        months: Sequence[Month] = (),
        strategy: Strategy | None = None,
    ) -> None:
        """Run a job to its end, over months that follow on each other; all of it without any.

        Raises
        ------
        Exception
            Whatever an asset raised; what was published before stays, and is not made again.
        """
        asked = self._definitions.resolve_job_def(job)
        if strategy is not None:
            asked = asked.get_subset(
                asset_selection={asset_key(strategy, asset) for asset in JOBS[job]},
                asset_check_selection=set(own_checks(job, strategy) or ()) or None,
            )
        keys = [partition_key(market.key, month.key) for month in months] if market else []
        asked.execute_in_process(
            instance=self.instance,
            run_config=_QUIET,
            tags=partition_range_tags(keys) if keys else None,
        )


@contextmanager
def opened(
    home: Path, strategies: Path, feed: Feed, kept: Sequence[History], timeframe: str
) -> Iterator[RecordsPlatform]:
    """Open the platform in its home; what an earlier run made there is found again.

    Parameters
    ----------
    home : Path
        Made where there is none; nothing else lies in it.
    strategies : Path
        A settings file that names the strategies.
    feed : Feed
        Its clock stands at the end of the last whole month.
    kept : sequence of History
        Markets to keep.
    timeframe : str

    Raises
    ------
    InvalidSettings
        If no market is kept, or no such settings are possible.
    """
    if not kept:
        raise InvalidSettings(
            "no market has candles of enough whole months; give a folder with more of them"
        )
    home.mkdir(parents=True, exist_ok=True)
    now = max(history.months[-1].end for history in kept)
    first = min(history.first for history in kept)
    clock = Clock(now)
    with SandboxServer(feed, clock=clock) as exchange:
        settings = load_settings(
            strategies,
            now=now,
            home=home.resolve(),
            exchange_url=exchange.url,
            markets=tuple(f"{EXCHANGE}:{history.symbol}" for history in kept),
            timeframe=timeframe,
            history_days=math.ceil((now - first) / timedelta(days=1)),
        )
        with open_instance(settings) as instance:
            yield RecordsPlatform(settings, open_lake(settings), instance, clock)
