"""The lake as a Dagster resource: opens tables, takes snapshots, keeps them small."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pandas as pd
from pydantic import Field, PrivateAttr

from resources.lake.commit_log import kept_versions, read_commits
from resources.lake.delta_tables import Place, open_earlier, open_newest
from resources.lake.faults import raised_as
from resources.lake.looks import look_at, mark_of
from resources.lake.maintenance import check_keep, maintain_table
from resources.lake.partitions import (
    NOTHING_MAINTAINED,
    MaintenanceReport,
    PublishedPartition,
    named,
)
from resources.lake.rows import way_out
from resources.lake.snapshot import LakeSnapshot
from resources.lake.state import read_state
from resources.lake.storage import Storage
from resources.lake.version_memory import VersionMemory
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.errors import CorruptPartition, LakeError
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.schemas.tables import Table

if TYPE_CHECKING:
    from deltalake import DeltaTable

_PUBLICATIONS_LOOKED_AT = 1_000


class LakeResource(dg.ConfigurableResource["LakeResource"]):
    """Delta tables under one root, a local folder or an object store."""

    root: str = Field(description="Folder or URI (s3://bucket/prefix) the tables are under.")
    versions: str = Field(
        default="",
        description="Folder that remembers the highest version of each table; where it is left "
        "out: beside a local root, named as it with -versions; none for an object store.",
    )
    storage_options: dict[str, str] = Field(
        default={},
        description="Options of the object store; leave secrets to its environment variables.",
    )

    _strategy: Strategy | None = PrivateAttr(default=None)

    def of(self, strategy: Strategy) -> "LakeResource":
        """Return the same lake as one strategy has it: tables of strategies are that one's."""
        if not strategy.folder and self._strategy is None:
            return self
        own = type(self)(**self.model_dump())
        own._strategy = strategy  # noqa: SLF001  # Its own
        return own

    def placed(self, table: Table) -> Table:
        """Return the table where it lies: a strategy's own in its folder, a shared one above."""
        if self._strategy is None or not table.of_strategy:
            return table
        return table.at(self._strategy.folder_of(table.name))

    def snapshot(
        self, table: Table, *, version: int | None = None, as_of: datetime | None = None
    ) -> LakeSnapshot:
        """Load a table as it is now, or was; one that nobody has written yet has no rows.

        Nothing is created: the first publication does that.

        `as_of` goes by the times that the commits carry.

        Raises
        ------
        CorruptTable
            If the table, or its newest commits, were there and are not.
        CorruptPartition
            If the table's log is damaged.
        LakeError
            If the version, or the time, is not kept.
        """
        moment = version if as_of is None else as_of
        place = self.place(table)
        delta = open_newest(place) if moment is None else open_earlier(place, moment)
        return LakeSnapshot(place, delta)

    def look(self, table: Table) -> LakeSnapshot:
        """Return a table as it is now, for who only reads, and asks again every few seconds.

        What was loaded before in this process is good as long as the log is the same (looks.py).
        """
        return look_at(self.place(table))

    def mark(self, table: Table) -> tuple[int, ...]:
        """Return what is another after each publication, at the cost of one look at a folder.

        () where there is no table yet, and of every table of an object store.
        """
        return mark_of(self.place(table))

    def history(
        self,
        table: Table,
        market: Market | str,
        month: Month | str | None,
        *,
        limit: int = 100,
    ) -> list[PublishedPartition]:
        """The last publications of a partition that the log still tells of, newest first."""
        key = table.partition_key(market, month)
        delta = open_newest(self.place(table))
        if delta is None:
            return []
        storage = self._storage(delta)
        commits = read_commits(storage, kept_versions(storage)[::-1])
        naming = (commit for commit in commits if key in commit.partitions)
        return [
            PublishedPartition(
                published_at=commit.published_at,
                version=commit.version,
                run_id=commit.run_id,
                code_version=commit.code_version,
                summary=commit.partitions[key],
                inputs=commit.inputs[key],
            )
            for commit in islice(naming, limit)
        ]

    def read_content(
        self,
        table: Table,
        market: Market | str,
        month: Month | str | None,
        content_hash: str,
    ) -> pd.DataFrame:
        """Read a partition as it is, or was, when it had this content hash.

        Raises
        ------
        LakeError
            If it never had, or its files of that time are no longer kept.
        """
        table = self.placed(table)
        key = table.partition_key(market, month)
        if content_hash == EMPTY_HASH:
            return table.empty()
        newest = self.snapshot(table)
        if newest.content_hash(market, month) == content_hash:
            return newest.read(market, [month])
        lost = "the log does not tell of it"
        for told in self.history(table, market, month, limit=_PUBLICATIONS_LOOKED_AT):
            if told.summary.content_hash != content_hash:
                continue
            try:
                return self.snapshot(table, version=told.version).read(market, [month])
            except LakeError as error:
                lost = f"version {told.version} of the table had it: {error}"
        raise LakeError(
            f"{table.path} of {' '.join(key)} with content hash {content_hash} is no longer stored "
            f"({lost}); replaced rows are kept as long as maintenance is told to keep them, "
            "so restore the table from a backup of that time"
        )

    def maintain(self, table: Table, *, keep: timedelta) -> MaintenanceReport:
        """Remove what was replaced, or left behind by killed writers, longer ago than `keep`.

        `keep` must be longer than any run lasts. Versions older than it can no longer be read.
        """
        check_keep(keep)
        table = self.placed(table)
        place = self.place(table)
        delta = open_newest(place)
        if delta is None:
            return NOTHING_MAINTAINED
        storage = self._storage(delta)
        damage = read_state(table, delta, storage).damage
        if damage:  # Folded into a checkpoint it would pass for what was published
            raise CorruptPartition(
                f"table {table.path} holds damaged partitions ({named(damage)}), to be mended "
                f"before it is maintained; {way_out(table)}"
            )
        with raised_as(LakeError, f"maintaining table {table.path}", "run it again"):
            report = maintain_table(delta, storage, keep, datetime.now(UTC))
        place.note(delta)
        return report

    def missing_files(self, table: Table) -> list[str]:
        """Data files that the newest version of a table names and that are not there."""
        delta = open_newest(self.place(table))
        if delta is None:
            return []
        state = read_state(table, delta, self._storage(delta))
        named = [path for partition in state.stored.values() for path in partition.paths]
        return sorted(set(named).difference(self._storage(delta).existing(named)))

    def remembered(self) -> list[str]:
        """Paths of all tables that have ever been seen here, be they used still or not."""
        return self._memory().tables()

    def place(self, table: Table) -> Place:
        """Where a table is, and what is remembered of it."""
        table = self.placed(table)
        uri = f"{self.root.rstrip('/')}/{table.path}"
        return Place(table, uri, self.storage_options, self._memory())

    def _memory(self) -> VersionMemory:
        if self.versions:
            return VersionMemory(Path(self.versions))
        folder = Storage(self.root, {}).folder
        return VersionMemory(folder and folder.with_name(f"{folder.name}-versions"))

    def _storage(self, delta: "DeltaTable") -> Storage:
        return Storage(delta.table_uri, self.storage_options)
