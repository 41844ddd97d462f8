"""One look at the house: what a tick finds, every table and every clock read once."""

from collections.abc import Callable
from datetime import datetime

import dagster as dg

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.freshness.refusals import OF_THE_MARKET, MarketRefusal
from traderai_assets.domain.markets import Market
from traderai_assets.instance.kept_markets import kept_markets, look_at_settings
from traderai_assets.instance.market_notes import machine_time, refusal_of
from traderai_assets.partitions import MARKETS
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings
from traderai_assets.work_classes import MARKET_TAG

RUN_KEY_TAG = "dagster/run_key"
_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


class Look:
    """The house as one tick of one sensor finds it."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        lake: LakeResource,
        exchange: ExchangeResource,
        settings: Settings,
        wall: Callable[[], datetime] = machine_time,
    ) -> None:
        self.instance = instance
        self.wall = wall  # The machine's clock: an exchange's may stand, or not be told
        self.settings = settings
        self.lake = lake
        self._exchange = exchange
        self._snapshots: dict[str, LakeSnapshot] = {}
        self._clocks: dict[str, datetime | TraderAIError] = {}
        self._unfinished = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))

    def table(self, table: Table) -> LakeSnapshot:
        """Return the table as it was when this tick first asked."""
        if table.name not in self._snapshots:
            self._snapshots[table.name] = self.lake.snapshot(table)
        return self._snapshots[table.name]

    def now(self, market: Market) -> datetime:
        """Return the time at the market's exchange; one that does not answer is asked once."""
        if market.exchange not in self._clocks:
            try:
                self._clocks[market.exchange] = self._exchange.clock(market.exchange)
            except TraderAIError as error:
                self._clocks[market.exchange] = error
        clock = self._clocks[market.exchange]
        if isinstance(clock, TraderAIError):
            raise clock
        return clock

    def last_time(self, table: Table, market: Market) -> datetime | None:
        """Return the last value of the table's first key column, such as a candle's open."""
        snapshot = self.table(table)
        month = max(snapshot.content_hashes(market.key), default=None)
        return snapshot.summary(market.key, month).last if month else None

    def busy(self, market: Market, *jobs: str) -> bool:
        """Whether a run of one of `jobs` waits or works for the market already."""
        return any(
            run.job_name in jobs and run.tags.get(MARKET_TAG) == market.key
            for run in self._unfinished
        )

    def was_asked(self, request: dg.RunRequest) -> bool:
        """Whether a run of this request exists, in whatever state."""
        tags = {RUN_KEY_TAG: request.run_key or ""}
        return bool(self.instance.get_runs(dg.RunsFilter(tags=tags), limit=1))

    def refusal(self, market: Market, scope: str = OF_THE_MARKET) -> MarketRefusal | None:
        """Return what refuses the market, or a job of it, if anything does.

        Read anew each time, as runs write it while a tick lasts.
        """
        return refusal_of(self.instance, market.key, scope)

    def resting(self, market: Market, scope: str = OF_THE_MARKET) -> MarketRefusal | None:
        """Return what refuses it, as long as it is not time to ask again."""
        found = self.refusal(market, scope)
        return found if found is not None and not found.may_ask(self.wall()) else None

    def kept_markets(self) -> list[str]:
        """Return the key of every market to keep: of the settings and added, less those removed."""
        return kept_markets(self.instance, self.settings)

    def look_at_settings(self) -> None:
        """Take over which markets the settings name; for one sensor only."""
        look_at_settings(self.instance, self.settings)

    def keep(self, market: Market) -> None:
        """Make the market a partition; for one sensor only, as two at once would collide."""
        if not self.instance.has_dynamic_partition(MARKETS, market.key):
            self.instance.add_dynamic_partitions(MARKETS, [market.key])
