"""Origins: which run wrote a stored partition, by which code and from which inputs.

The event of the partition says it, found by an index; the lake's log says it of what was committed
by a run that was killed before its events, and in a lake that was moved to a new instance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import dagster as dg

from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.lineage.stored_rows import LoadedTables
from traderai_assets.partitions import partition_key
from traderai_assets.runs.inputs import Versions, event_inputs, input_versions
from traderai_assets.schemas.tables import ALL_MONTHS, Table

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
        """Return the origin of a partition as it is stored now."""
        return self.all_of(table, market, [month])[month]

    def all_of(self, table: Table, market: str, months: Iterable[str]) -> dict[str, Origin]:
        """Return the origins of several months; of them all the event log is asked once."""
        path = self._tables.path(table)
        asked = dict.fromkeys(months)
        new = [month for month in asked if (path, market, month) not in self._known]
        stored = {month: self._tables.look(table).content_hash(market, month) for month in new}
        found = {month: Origin(one) for month, one in stored.items() if one == EMPTY_HASH}
        wanted = {month: one for month, one in stored.items() if one != EMPTY_HASH}
        found |= self._by_event(path, market, wanted)
        for month, content_hash in wanted.items():
            if month not in found:
                found[month] = self._by_log(table, market, month, content_hash)
        self._known |= {(path, market, month): origin for month, origin in found.items()}
        return {month: self._known[path, market, month] for month in asked}

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

    def _by_event(self, path: str, market: str, wanted: Mapping[str, str]) -> dict[str, Origin]:
        """Return what the last event of each partition says, where it is of what is stored."""
        if self._instance is None or not wanted:
            return {}
        keys = {
            market if month == ALL_MONTHS else partition_key(market, month): month
            for month in wanted
        }
        asset = dg.AssetKey(path.split("/"))
        last = self._instance.event_log_storage.get_latest_storage_id_by_partition(
            asset, dg.DagsterEventType.ASSET_MATERIALIZATION, {*keys}
        )
        if not last:
            return {}
        ids = dg.AssetRecordsFilter(asset, storage_ids=[*last.values()])
        found = {}
        for record in self._instance.fetch_materializations(ids, limit=len(last)).records:
            event = record.asset_materialization
            told = event and event.metadata.get("content_hash")
            month = keys.get((event and event.partition) or "")
            if event is None or told is None or month is None or told.value != wanted[month]:
                continue
            found[month] = Origin(
                wanted[month],
                record.run_id,
                (event.tags or {}).get(_CODE_TAG, ""),
                datetime.fromtimestamp(record.timestamp, UTC),
                event_inputs(event) or {},
                EVENT,
            )
        return found
