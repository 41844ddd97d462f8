"""Origins: which run wrote a stored partition, by which code and from which inputs.

The event of the partition says it, found by an index; the lake's log says it of what was committed
by a run that was killed before its events, and in a lake that was moved to a new instance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import dagster as dg

from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.instance.last_events import last_materializations
from traderai_assets.lineage.stored_rows import LoadedTables
from traderai_assets.partitions import partition_key
from traderai_assets.runs.inputs import Versions, event_inputs, input_versions
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.work_classes import ALL_ASSETS

# An update may have gone on since the table was loaded
_NEWEST_READ = 6
_CODE_TAG = "dagster/code_version"
EVENT, LOG = "event", "log"


@dataclass(frozen=True)
class Origin:
    """Where the rows of a partition came from.

    Attributes
    ----------
    content_hash : str
        Of the partition as it is stored.
    run_id, code_version : str
        Empty where neither events nor the log tell any more.
    published_at : datetime or None
        By this machine's clock.
    inputs : mapping
        Table -> month -> data version, as noted when it was made.
    told_by : str
        "event", "log", or empty.
    """

    content_hash: str
    run_id: str = ""
    code_version: str = ""
    published_at: datetime | None = None
    inputs: Versions = field(default_factory=dict)
    told_by: str = ""


class Origins:
    """Looks origins up, each once.

    Parameters
    ----------
    tables : LoadedTables
        As the strategy has them.
    instance : DagsterInstance or None
        None where there is none: the log alone tells then.
    """

    def __init__(self, tables: LoadedTables, instance: dg.DagsterInstance | None) -> None:
        self._tables, self._instance = tables, instance
        self._known: dict[tuple[str, str, str], Origin] = {}

    def of(self, table: Table, market: str, month: str) -> Origin:
        """Return the origin of a partition as it is stored now.

        Of a table that an asset keeps beside its own, its hash alone: its run is the asset's.
        """
        return self.all_of(table, market, [month])[month]

    def all_of(self, table: Table, market: str, months: Iterable[str]) -> dict[str, Origin]:
        """Return the origins of several months of a table."""
        asked = [*dict.fromkeys(months)]
        self.prepare(market, {table: asked})
        path = self._tables.path(table)
        return {month: self._known[path, market, month] for month in asked}

    def prepare(self, market: str, wanted: Mapping[Table, Iterable[str]]) -> None:
        """Look up many at once, which costs hardly more than one."""
        new: dict[tuple[str, str, str], tuple[Table, str]] = {}
        for table, months in wanted.items():
            path = self._tables.path(table)
            for month in months:
                key = (path, market, month)
                if key in self._known:
                    continue
                stored = self._tables.look(table).content_hash(market, month)
                self._known[key] = Origin(stored)
                if stored != EMPTY_HASH and table.name in ALL_ASSETS:
                    new[key] = table, stored
        told = self._by_event({key: stored for key, (_, stored) in new.items()})
        for key, (table, stored) in new.items():
            self._known[key] = told.get(key) or self._by_log(table, market, key[-1], stored)

    def _by_log(self, table: Table, market: str, month: str, stored: str) -> Origin:
        for commit in self._tables.lake.history(table, market, month, limit=_NEWEST_READ):
            if commit.summary.content_hash == stored:
                return Origin(
                    stored,
                    commit.run_id,
                    commit.code_version,
                    commit.published_at,
                    input_versions(commit.inputs),
                    LOG,
                )
        return Origin(stored)

    def _by_event(
        self, wanted: Mapping[tuple[str, str, str], str]
    ) -> dict[tuple[str, str, str], Origin]:
        """Return what the last event of each partition says, where it is of what is stored."""
        if self._instance is None:
            return {}
        places = {
            (path, market if month == ALL_MONTHS else partition_key(market, month)): key
            for key in wanted
            for path, market, month in (key,)
        }
        keys: dict[dg.AssetKey, list[str]] = {}
        for path, partition in places:
            keys.setdefault(dg.AssetKey(path.split("/")), []).append(partition)
        found = {}
        for record in last_materializations(self._instance, keys):
            event = record.asset_materialization
            told = event and event.metadata.get("content_hash")
            if event is None or told is None:
                continue
            key = places["/".join(event.asset_key.path), event.partition or ""]
            if told.value == wanted[key]:
                found[key] = Origin(
                    wanted[key],
                    record.run_id,
                    (event.tags or {}).get(_CODE_TAG, ""),
                    datetime.fromtimestamp(record.timestamp, UTC),
                    event_inputs(event) or {},
                    EVENT,
                )
        return found
