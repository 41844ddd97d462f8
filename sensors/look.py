"""One look at the house: what a tick finds, every table and every clock read once."""

from datetime import datetime

import dagster as dg

from resources.exchange.resource import ExchangeResource, market_host
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.markets import Market
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
    ) -> None:
        self.instance = instance
        self.settings = settings
        self.lake = lake
        self._exchange = exchange
        self._snapshots: dict[str, LakeSnapshot] = {}
        self._clocks: dict[tuple[str, str], datetime | TraderAIError] = {}
        self._unfinished = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))

    def table(self, table: Table) -> LakeSnapshot:
        """Return the table as it was when this tick first asked."""
        if table.name not in self._snapshots:
            self._snapshots[table.name] = self.lake.snapshot(table)
        return self._snapshots[table.name]

    def now(self, market: Market) -> datetime:
        """Return the time at the market's host; one that does not answer is asked once."""
        asked = market_host(market)
        if asked not in self._clocks:
            try:
                self._clocks[asked] = self._exchange.clock(market)
            except TraderAIError as error:
                self._clocks[asked] = error
        clock = self._clocks[asked]
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

    def kept_markets(self) -> list[str]:
        """Return the key of every market to keep: those of the settings, and those added."""
        listed = {market.key for market in self.settings.market_list()}
        return sorted(listed.union(self.instance.get_dynamic_partitions(MARKETS)))

    def keep(self, market: Market) -> None:
        """Make the market a partition; for one sensor only, as two at once would collide."""
        if not self.instance.has_dynamic_partition(MARKETS, market.key):
            self.instance.add_dynamic_partitions(MARKETS, [market.key])
