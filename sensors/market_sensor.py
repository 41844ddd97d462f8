"""What all sensors share: one look at the house a tick, one verdict a market, always a reason.

What a sensor asks for, and when, stands in its own file and in `domain/freshness`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import dagster as dg

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.jobs import ASSET_JOBS
from traderai_assets.partitions import MARKETS, partition_key, partition_range_tags
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings
from traderai_assets.work_classes import MARKET_TAG

_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


class Verdict(NamedTuple):
    """What a sensor found of one market, and what it asks for, if anything."""

    sentence: str
    request: dg.RunRequest | None = None


class Look:
    """The house as one tick of one sensor finds it; every table and clock is read once."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        lake: LakeResource,
        exchange: ExchangeResource,
        settings: Settings,
    ) -> None:
        self.instance = instance
        self.settings = settings
        self._lake = lake
        self._exchange = exchange
        self._snapshots: dict[str, LakeSnapshot] = {}
        self._clocks: dict[str, datetime] = {}
        self._unfinished = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))

    def table(self, table: Table) -> LakeSnapshot:
        """Return the table as it was when this tick first asked."""
        if table.name not in self._snapshots:
            self._snapshots[table.name] = self._lake.snapshot(table)
        return self._snapshots[table.name]

    def now(self, market: Market) -> datetime:
        """Return the time at the market's exchange."""
        if market.exchange not in self._clocks:
            self._clocks[market.exchange] = self._exchange.clock(market.exchange)
        return self._clocks[market.exchange]

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

    def kept_markets(self) -> list[Market]:
        """Return every market to keep fresh; those of the settings become partitions here."""
        known = set(self.instance.get_dynamic_partitions(MARKETS))
        new = [m.key for m in self.settings.market_list() if m.key not in known]
        if new:
            self.instance.add_dynamic_partitions(MARKETS, new)
        return [Market.parse(key) for key in sorted(known.union(new))]


def market_sensor(
    settings: Settings,
    *,
    name: str,
    jobs: tuple[str, ...],
    description: str,
    decide: Callable[[Look, Market], Verdict],
) -> dg.SensorDefinition:
    """Build a sensor that asks `decide` about every market kept, and says what it found."""

    @dg.sensor(
        name=name,
        jobs=[ASSET_JOBS[job] for job in jobs],
        minimum_interval_seconds=settings.sensors.interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=description,
    )
    def sensor(
        context: dg.SensorEvaluationContext, lake: LakeResource, exchange: ExchangeResource
    ) -> dg.SensorResult:
        look = Look(context.instance, lake, exchange, settings)
        verdicts = [decide(look, market) for market in look.kept_markets()]
        said = "; ".join(verdict.sentence for verdict in verdicts) or "no market is kept"
        requests = [verdict.request for verdict in verdicts if verdict.request is not None]
        context.log.info(said)
        if requests:
            return dg.SensorResult(run_requests=requests)
        return dg.SensorResult(skip_reason=said)

    return sensor


def request_months(job: str, market: Market, months: list[Month], cause: str) -> dg.RunRequest:
    """Ask for one run of `job` over the market's `months`, once for a cause."""
    keys = [partition_key(market.key, month.key) for month in months]
    return dg.RunRequest(
        run_key=f"{job}:{market.key}:{cause}", job_name=job, tags=partition_range_tags(keys)
    )
