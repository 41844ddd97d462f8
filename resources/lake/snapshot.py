"""A table as one run sees it: loaded once, read and written against that one version."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from resources.lake.changes import Change, change_of
from resources.lake.delta_tables import Place
from resources.lake.partitions import PartitionSummary, Publication, key_of
from resources.lake.publishing import Publisher
from resources.lake.reading import read_joined
from resources.lake.rows import read_chunks, read_chunks_since, way_out
from resources.lake.state import TableState, read_state
from resources.lake.storage import Storage
from resources.lake.stored_partitions import milliseconds_of
from traderai_assets.domain.errors import CorruptPartition
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.schemas.rows import CheckedTogether
from traderai_assets.schemas.tables import PartitionKey

if TYPE_CHECKING:
    from deltalake import DeltaTable


class LakeSnapshot:
    """One table at one version; take it before computing, publish through it afterwards.

    What it reads never moves under a run, except that partitions it published itself are seen as
    published. What it publishes is refused where another run was faster.
    """

    def __init__(
        self, place: Place, delta: "DeltaTable | None", state: TableState | None = None
    ) -> None:
        self.table = place.table
        # A table nobody has written yet is as one that was just created
        self.version: int = 0 if delta is None else delta.version()
        self._storage = Storage(place.uri if delta is None else delta.table_uri, place.options)
        self._state = state or read_state(self.table, delta, self._storage)
        self._publisher = Publisher(place, delta, self._storage, self._state)

    def markets(self) -> list[str]:
        """Keys of the markets that have rows, or should have, sorted."""
        return sorted({market for market, _ in self._state.partitions()})

    def partitions(self) -> list[PartitionKey]:
        """Market and month of the partitions that have rows, or should have, sorted."""
        return sorted(self._state.partitions())

    def months(self, market: Market | str) -> list[str]:
        """Months of a market that have rows, or should have, sorted; also damaged ones."""
        return [*self._state.months(key_of(market))]

    def rows(self, market: Market | str) -> int:
        """How many rows are stored of a market, damaged partitions not counted."""
        stored, wanted = self._state.stored, key_of(market)
        return sum(found.rows for (owner, _), found in stored.items() if owner == wanted)

    def content_hash(self, market: Market | str, month: Month | str | None) -> str:
        """Content hash of a partition; `EMPTY_HASH` if it has no rows."""
        return self._state.content_hash(self._whole(market, month))

    def content_hashes(self, market: Market | str) -> dict[str, str]:
        """Month -> content hash of the partitions of a market that have rows, oldest first."""
        return {key.month: self._state.content_hash(key) for key in self._intact(market)}

    def last_month(self, market: Market | str) -> Month | None:
        """The last month of a market that has rows; None where none has. Of a monthly table.

        Raises
        ------
        CorruptPartition
            If what is stored of any of its months is not what was published.
        """
        keys = self._intact(market)
        return Month.parse(keys[-1].month) if keys else None

    def last(self, market: Market | str) -> datetime | None:
        """The last time that is stored of a market, by the table's key; None where there is none.

        Told by the log: of candles it is when the last one opened.

        Raises
        ------
        CorruptPartition
            If what is stored of any of its months is not what was published.
        """
        keys = self._intact(market)
        return self._state.summary(keys[-1]).last if keys else None

    def summary(self, market: Market | str, month: Month | str | None) -> PartitionSummary:
        """What is stored of a partition, told by the log without reading rows."""
        return self._state.summary(self._whole(market, month))

    def read(self, market: Market | str, months: Sequence[Month | str | None]) -> pd.DataFrame:
        """All rows of these months of a market, sorted by key; months without rows add none.

        Every partition is verified against its content hash before the first value is returned.

        Raises
        ------
        CorruptPartition
            If one of them cannot be read, or is not what was published.
        """
        return read_joined(self.table, self._storage, self._stored(market, months), self._read)

    def read_since(
        self, market: Market | str, months: Sequence[Month | str | None], since: datetime
    ) -> pd.DataFrame:
        """Rows of these months of a market whose time is not before `since`, sorted by key.

        Reads only what may hold such rows: of a growing table the last chunks, verified from the
        hash of the chunk before. The time is the first column of the table's key.

        Raises
        ------
        CorruptPartition
            As `read`.
        ValueError
            If the table's key does not begin with a time.
        """
        if not self.table.times:
            raise ValueError(f"table {self.table.path} is not ordered by time; read all of it")
        start, stored = milliseconds_of(since), self._state.stored
        keys = self._stored(market, months)
        return read_joined(
            self.table,
            self._storage,
            [key for key in keys if (stored[key].chunks[-1].last or start) >= start],
            lambda key: read_chunks_since(
                self.table, key, stored[key].chunks, self._storage, since
            ),
        )

    def publish(
        self,
        partitions: Mapping[tuple[str, str], pd.DataFrame],
        *,
        run_id: str,
        code_version: str,
        inputs: Mapping[tuple[str, str], Mapping[str, str]] | None = None,
    ) -> Publication:
        """Replace partitions by these rows, in one commit for all that changed.

        Rows that hash to what is stored are not written again, unless what is stored turns out to
        be damaged: then it is replaced too. An empty frame removes the partition.

        Raises
        ------
        InvalidRows
            If a frame breaks the table's schema; nothing was written.
        WriteConflict
            If another run replaced one of the partitions; nothing was written.
        LakeError
            If the store failed; what was stored before is untouched.
        """
        frames = {self.table.partition_key(*key): partitions[key] for key in sorted(partitions)}
        checked = CheckedTogether(self.table)
        changes = {
            key: self._change(key, frame, anew=key in self._state.damage, check=checked.add)
            for key, frame in frames.items()
        }
        checked.check()
        self._publisher.refuse_taken(frames, run_id)
        changed = tuple(
            key
            for key, change in changes.items()
            if change.summary.content_hash != self._state.content_hash(key)
        )
        healed = tuple(key for key in frames if key not in changed and not self._is_intact(key))
        changes |= {key: self._change(key, frames[key], anew=True) for key in healed}
        version = self._publisher.loaded_version
        if changed or healed:
            version = self._publisher.commit(
                {key: changes[key] for key in (*changed, *healed)},
                run_id=run_id,
                code_version=code_version,
                inputs={PartitionKey(*key): of for key, of in (inputs or {}).items()},
            )
        return Publication(version, changed, {k: c.summary for k, c in changes.items()}, healed)

    def _change(
        self,
        key: PartitionKey,
        frame: pd.DataFrame,
        *,
        anew: bool,
        check: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
    ) -> Change:
        stored = self._state.stored.get(key)
        return change_of(self.table, key, frame, stored, anew=anew, check=check)

    def _stored(
        self, market: Market | str, months: Sequence[Month | str | None]
    ) -> list[PartitionKey]:
        asked = {self._whole(market, month) for month in months}
        return sorted(asked & self._state.stored.keys())

    def _is_intact(self, key: PartitionKey) -> bool:
        """Whether what is stored is what the log says; costs a read of the partition."""
        if key in self._state.damage:
            return False
        try:
            return key not in self._state.stored or self._read(key) is not None
        except CorruptPartition:
            return False

    def _read(self, key: PartitionKey) -> pd.DataFrame:
        return read_chunks(self.table, key, self._state.stored[key].chunks, self._storage)

    def _whole(self, market: Market | str, month: Month | str | None) -> PartitionKey:
        """The partition's key; raise CorruptPartition if it is known to be damaged."""
        key = self.table.partition_key(market, month)
        damage = self._state.damage.get(key)
        if damage is not None:
            raise CorruptPartition(
                f"partition {' '.join(key)} of table {self.table.path} {damage} "
                f"(version {self.version}); {way_out(self.table)}"
            )
        return key

    def _intact(self, market: Market | str) -> list[PartitionKey]:
        """The market's partitions by month; raise CorruptPartition if one of them is damaged."""
        keys = [PartitionKey(key_of(market), month) for month in self._state.months(key_of(market))]
        for key in keys if self._state.damage else ():
            self._whole(*key)
        return keys
