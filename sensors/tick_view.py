"""What one tick finds: every table, every clock and every note read once for all markets.

Nothing of the instance is kept from one tick to the next; of tables, see resources/lake/looks.py.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cached_property

import dagster as dg
from dagster._core.storage.dagster_run import RunRecord

from resources.exchange.listing import market_host
from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from sensors.tried_causes import CAUSE_TAG, RUN_KEY_TAG, TriedCauses
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.freshness.refusals import OF_THE_MARKET, MarketRefusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.states.tries import FIRST_REST, Try, became_of, key_of_try, may_ask
from traderai_assets.domain.strategies.strategy import UNNAMED, Strategy
from traderai_assets.instance.kept_markets import kept_markets, sync_with_settings
from traderai_assets.instance.live_runs import is_live, live_markets, newest_record
from traderai_assets.instance.market_notes import machine_time, refusals_in
from traderai_assets.instance.open_months import note_open_month
from traderai_assets.instance.run_coordinator import market_of, strategies_written
from traderai_assets.instance.run_states import as_utc, state_of, unfinished
from traderai_assets.instance.strategy_writers import selected
from traderai_assets.partitions import MARKETS
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of
from traderai_assets.work_classes import JOBS, LIVE_JOB, MARKET_TAG, WRITES_TAG

WAITING = frozenset({dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED})
# As long as live updates of all markets may take
LEFT_TO_TICKS = timedelta(seconds=90)


class TickView:
    """The platform as one tick of one sensor finds it."""

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
        self.strategy = UNNAMED  # Until `of` names another: everything is meant
        self._exchange = exchange
        self._snapshots: dict[str, LakeSnapshot] = {}
        self._clocks: dict[tuple[str, str], datetime | TraderAIError] = {}
        self._open_months: dict[str, Month] = {}
        self._partitions: set[str] | None = None
        now = wall()
        seen = [(one, state_of(one, now)) for one in unfinished(instance)]
        self._at_work: dict[str, list[dg.DagsterRun]] = defaultdict(list)
        for run in (record.dagster_run for record, state in seen if state.at_work):
            for key in live_markets(run.run_config) if is_live(run) else [market_of(run.tags)]:
                self._at_work[key].append(run)
        self._kept: list[str] | None = None
        self._refusals: dict[str, dict[str, MarketRefusal]] = {}
        self._tried = TriedCauses(instance)

    def of(self, strategy: Strategy) -> "TickView":
        """Return what the tick finds of one strategy: its settings, its tables, its runs."""
        if not strategy.folder:
            return self
        own = copy(self)  # Tables and clocks are read once for all of them
        own.lake, own.settings = self.lake.of(strategy), self.settings.of(strategy.name)
        own.strategy = strategy
        return own

    def table(self, table: Table) -> LakeSnapshot:
        """Return the table as it was when this tick first asked."""
        placed = self.lake.placed(table)
        if placed.path not in self._snapshots:
            self._snapshots[placed.path] = self.lake.look(placed)
        return self._snapshots[placed.path]

    @cached_property
    def strategies(self) -> tuple[Strategy, ...]:
        """Every strategy there is."""
        return strategies_of(self.settings)

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
        return self.table(table).last(market)

    def busy(self, market: Market, *jobs: str, begun: bool = False) -> bool:
        """Whether a run of one of `jobs` waits, unless `begun`, or works for it, and can end."""
        runs = self._at_work.get(market.key, ())
        found = (run for run in runs if _does(run, jobs) and self._concerns(run))
        return any(not begun or run.status not in WAITING for run in found)

    def is_a_live_ticks(self, market: Market, closed: datetime, *, bars: int = 0) -> bool:
        """Whether a live update may still do what is owed since a bar closed, so many bars ago."""
        live = self.settings.live.shard_markets > 0
        return live and self.now(market) - closed < bars * market.bar + LEFT_TO_TICKS

    def last_ended(self, market: Market, job: str) -> datetime | None:
        """Return when the newest run of `job` for the market ended; None where there is none."""
        tag = MARKET_TAG
        if self.strategy.folder:  # A run of all strategies writes its assets, too
            tag = f"{WRITES_TAG}{self.strategy.folder}/{min(JOBS[job])}"
        record = newest_record(self.instance, job, tag, market.key)
        return _ended(record) if record else None

    def _concerns(self, run: dg.DagsterRun) -> bool:
        """Whether a run writes anything of the strategy: one without a selection writes of all."""
        written = strategies_written(selected(run))
        return not self.strategy.folder or not written or self.strategy.name in written

    def was_asked(self, request: dg.RunRequest) -> bool:
        """Whether a run of this request can still end, or ended so lately that its cause rests."""
        return self.next_try(request, FIRST_REST) is None

    def succeeded(self, request: dg.RunRequest) -> bool:
        """Whether a run of this request succeeded; known as long as the run is kept."""
        return any(one.succeeded for one in self._tries(request.run_key or ""))

    def next_try(self, request: dg.RunRequest, first_rest: timedelta) -> dg.RunRequest | None:
        """Return the request as it may be made now: anew where all its runs ended, and rested.

        None while one of them can still end, or the cause rests.
        """
        cause = request.run_key or ""
        tries = self._tries(cause)
        if not may_ask(tries, self.wall(), first_rest):
            return None
        key = key_of_try(cause, tries)
        if key == cause:
            return request
        return request._replace(run_key=key, tags={**request.tags, CAUSE_TAG: cause})

    def became_of(self, request: dg.RunRequest, first_rest: timedelta) -> str:
        """Say what became of the request's runs, where it may not be made now."""
        return became_of(self._tries(request.run_key or ""), first_rest)

    def foresee(self, requests: Iterable[dg.RunRequest]) -> None:
        """Read what became of all these requests at once, before each is asked about."""
        self._tried.foresee(request.run_key or "" for request in requests)

    def _tries(self, cause: str) -> list[Try]:
        """Return every run that was made for a cause, the last made first."""
        return [self._try(record) for record in self._tried.of(cause)]

    def _try(self, record: RunRecord) -> Try:
        run = record.dagster_run
        at_work = state_of(record, self.wall()).at_work
        ended = None if at_work else _ended(record)
        return Try(run.tags.get(RUN_KEY_TAG, ""), ended, run.is_success)

    def refusal(self, market: Market, scope: str = OF_THE_MARKET) -> MarketRefusal | None:
        """Return what refuses the market, or a job of it, if anything does.

        Read of all kept markets when the tick first asks; a run that is refused meanwhile is seen
        by the next one.
        """
        if scope not in self._refusals:
            asked = {market.key, *self.kept_markets()}
            self._refusals[scope] = refusals_in(self.instance, asked, scope)
        return self._refusals[scope].get(market.key)

    def resting(self, market: Market, scope: str = OF_THE_MARKET) -> MarketRefusal | None:
        """Return what refuses it, as long as it is not time to ask again."""
        found = self.refusal(market, scope)
        return found if found is not None and not found.may_ask(self.wall()) else None

    def kept_markets(self) -> list[str]:
        """Return the key of every market to keep: of the settings and added, less those removed."""
        if self._kept is None:
            self._kept = kept_markets(self.instance, self.settings)
        return self._kept

    def sync_with_settings(self) -> None:
        """Take over which markets the settings name; for one sensor only."""
        self._kept = None
        sync_with_settings(self.instance, self.settings)

    def keep(self, market: Market) -> None:
        """Make the market a partition; for one sensor only, as two at once would collide."""
        if self._partitions is None:
            self._partitions = set(self.instance.get_dynamic_partitions(MARKETS))
        if market.key not in self._partitions:
            self.instance.add_dynamic_partitions(MARKETS, [market.key])
            self._partitions.add(market.key)

    def note_open_month(self, market: Market, month: Month) -> None:
        """Remember which month is open at the market's exchange; written once a tick."""
        if self._open_months.get(market.exchange) != month:
            note_open_month(self.instance, market.exchange, month)
            self._open_months[market.exchange] = month


def _does(run: dg.DagsterRun, jobs: tuple[str, ...]) -> bool:
    """Whether a run does what one of the jobs does; a live update does a part of several."""
    of_live = is_live(run) and any(JOBS[one] and JOBS[one] <= JOBS[LIVE_JOB] for one in jobs)
    return run.job_name in jobs or of_live


def _ended(record: RunRecord) -> datetime:
    """Return when the run ended; of one that nobody can finish, when it was last heard of."""
    if record.end_time is not None:
        return datetime.fromtimestamp(record.end_time, UTC)
    return as_utc(record.update_timestamp)
