"""Marks: what is another whenever something that a page shows is, and cheap to look at.

Of a table the folder of its log, of runs those that were written last, of the rest what little
there is of it. What says how long something has been silent is looked at less often.
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from traderai_assets.board.sources import Sources
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.strategies import tables_of

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from traderai_assets.schemas.tables import Table

# Topics beside the names of the lake's tables
RUNS, EVENTS, MARKETS_KEPT, WATCH, BARS = "runs", "events", "kept", "watch", "bars"
SECONDS_GOOD_FOR = 1.0
_SECONDS_BETWEEN_SLOW = 10.0
_SECONDS_BETWEEN_TABLES = 60.0
# Who writes first may be seen second
_OVERLAP = timedelta(seconds=2)
_RUNS_LOOKED_AT = 20
Marks = Mapping[str, Hashable]


class ChangeMarks:
    """Looks at the marks of one home; asked again within a second, it says the same."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._alone = Lock()
        self._marks: Marks = {}
        self._looked = self._tables_looked = self._slow_looked = -1e9
        self._tables: tuple[Table, ...] = ()
        self._slow: dict[str, Hashable] = {}
        self._newest = datetime.now(UTC) - timedelta(minutes=1)
        self.looks = 0

    def look(self) -> Marks:
        """Return the mark of each topic."""
        with self._alone:
            if monotonic() - self._looked >= SECONDS_GOOD_FOR:
                self.looks += 1
                self._marks = {**self._of_tables(), **self._of_instance(), BARS: self._bars()}
                self._looked = monotonic()
            return self._marks

    def digest(self, topics: Iterable[str]) -> str:
        """Return one text for the marks of some topics as they are now."""
        return digest_of(self.look(), topics)

    def _of_tables(self) -> dict[str, Hashable]:
        if monotonic() - self._tables_looked >= _SECONDS_BETWEEN_TABLES:
            lake = self._sources.lake
            self._tables = tables_of(self._sources.settings, lake.remembered())
            self._tables_looked = monotonic()
        found: dict[str, tuple[Hashable, ...]] = {}
        for table in self._tables:
            found[table.name] = (*found.get(table.name, ()), self._sources.lake.mark(table))
        return {**found}

    def _of_instance(self) -> dict[str, Hashable]:
        try:
            instance = self._sources.instance
        except (TraderAIError, OSError) as error:  # The pages say it; a change of it is a change
            return dict.fromkeys((RUNS, EVENTS, MARKETS_KEPT, WATCH), str(error))
        return {
            RUNS: self._runs(instance),
            EVENTS: instance.event_log_storage.get_maximum_record_id(),
            **self._slowly(instance),
        }

    def _runs(self, instance: "DagsterInstance") -> Hashable:
        from dagster import DagsterRunStatus, RunsFilter

        # By status, so that an index answers and not a look at every run there ever was
        since = RunsFilter(statuses=list(DagsterRunStatus), updated_after=self._newest - _OVERLAP)
        records = instance.get_run_records(
            since, limit=_RUNS_LOOKED_AT, order_by="update_timestamp"
        )
        found = [(one.dagster_run.run_id, one.update_timestamp) for one in records]
        self._newest = max([self._newest, *(at for _, at in found)])
        # Those that the next look will find as well, where nothing happens meanwhile
        return tuple(sorted(one for one in found if one[1] > self._newest - _OVERLAP))

    def _slowly(self, instance: "DagsterInstance") -> dict[str, Hashable]:
        from traderai_assets.partitions import MARKETS
        from traderai_assets.status.sensors import failing_sensors
        from traderai_assets.status.waiting import daemon_seen, is_alive

        if monotonic() - self._slow_looked >= _SECONDS_BETWEEN_SLOW:
            alive = is_alive(daemon_seen(instance), self._sources.clock())
            failing = tuple(row["sensor"] for row in failing_sensors(instance))
            kept = tuple(sorted(instance.get_dynamic_partitions(MARKETS)))
            self._slow = {WATCH: (alive, failing), MARKETS_KEPT: kept}
            self._slow_looked = monotonic()
        return self._slow

    def _bars(self) -> Hashable:
        """How many bars have closed: one that has and is not stored is late."""
        now = self._sources.clock()
        lengths = {market.bar for market in self._sources.settings.market_list()}
        shortest = min(lengths, default=timedelta(minutes=5))
        return int(now.timestamp() // shortest.total_seconds())


def digest_of(marks: Marks, topics: Iterable[str]) -> str:
    """Return one text for the marks of some topics: another where any of them is."""
    told = repr([(topic, marks.get(topic)) for topic in sorted(topics)])
    return blake2b(told.encode(), digest_size=12).hexdigest()
