"""Publication: what one run publishes of one asset, from the tables it read.

Sources and target are loaded before anything is computed, so that the lake refuses a run whose
target was replaced meanwhile. Each partition gets an event of its own with its content hash as
data version: Dagster's automatic event gives all partitions of a run one version, and "stale"
would mean nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from types import TracebackType
from typing import Any, Self

import dagster as dg
import pandas as pd

from resources.lake.partitions import Publication as Published
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.candles.crossings import candles_version
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import split_partition_key
from traderai_assets.runs.crossings import StoredCrossings
from traderai_assets.runs.inputs import input_versions
from traderai_assets.runs.kept_reads import KeptReads
from traderai_assets.runs.partition import Partition
from traderai_assets.runs.partition_events import latest_event, materialization, provenance, told_of
from traderai_assets.runs.publishing_apart import publish_apart
from traderai_assets.runs.publishing_context import PublishingContext
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import Table

_CANDLES_AND_BESIDE = (CANDLES, CANDLE_GAPS, PRICE_DECISIONS)
# What others of the same run read as soon as it is stored
_READ_NEXT = frozenset({CANDLES.name, FEATURES.name, SIGNALS.name})

__all__ = ["Partition", "Publication"]


class Publication:
    """One asset's part in one run."""

    def __init__(
        self,
        context: PublishingContext,
        lake: LakeResource,
        table: Table,
        *sources: Table,
        beside: Sequence[Table] = (),
        kept: KeptReads | None = None,
    ) -> None:
        self._context = context
        self._kept = kept or KeptReads(keeps=False)
        # The pointers first: an event that arrives in between must count as news, not as read.
        self._pointers = {
            key.to_user_string(): latest_event(context.instance, key)
            for key in context.assets_def.asset_deps[context.asset_key]
        }
        # After the rows, so that no gap is believed in which rows have arrived since
        beside_candles = (CANDLE_GAPS, PRICE_DECISIONS) if CANDLES in sources else ()
        self._sources = {
            lake.placed(source).path: lake.snapshot(source)
            for source in dict.fromkeys((*sources, *beside_candles))
        }
        self._lake = lake
        self.target = lake.snapshot(table)
        self._decisions = lake.snapshot(PRICE_DECISIONS) if table is CANDLES else None
        self.code_version = context.assets_def.code_versions_by_key[context.asset_key] or ""
        self._beside_snapshots = {other.name: lake.snapshot(other) for other in beside}
        self._beside: dict[str, dict[tuple[str, str], pd.DataFrame]] = {}
        self._pending: dict[tuple[str, str], pd.DataFrame] = {}
        self._parts: dict[tuple[str, str], Partition] = {}
        self._summaries: dict[tuple[str, str], dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # What was committed before the failure is stored, so it is shown as stored.
        if error is not None and not isinstance(error, GeneratorExit):
            self._log_events()

    def source(self, table: Table) -> LakeSnapshot:
        """Return the snapshot of a source."""
        return self._sources[self._lake.placed(table).path]

    def read(
        self,
        snapshot: LakeSnapshot,
        market: Market | str,
        months: Sequence[Month | str | None],
    ) -> pd.DataFrame:
        """Read rows of a snapshot; what the run keeps is not read again."""
        return self._kept.read(snapshot, market, months)

    def read_since(
        self, snapshot: LakeSnapshot, market: Market | str, month: Month, since: datetime
    ) -> pd.DataFrame:
        """Read rows of a month of a snapshot from a time on, as `read` does."""
        return self._kept.read_since(snapshot, market, month, since)

    @cached_property
    def crossings(self) -> StoredCrossings:
        """What is known beside the rows of candles, where these are a source."""
        candles, gaps, decisions = (self.source(table) for table in _CANDLES_AND_BESIDE)
        return StoredCrossings(candles, gaps, decisions, self._kept.crossings, self.read)

    def partitions(self) -> Iterator[Partition]:
        """Yield every partition the run was asked for, oldest month first within a market.

        Of an asset that is not partitioned: the one there is.
        """
        if self._context.assets_def.partitions_def is None:
            yield Partition(self, None, None)
            return
        for key in sorted(self._context.partition_keys):
            market, month = split_partition_key(key)
            yield Partition(self, Market.parse(market), Month.parse(month) if month else None)

    def hold(self, part: Partition, frame: pd.DataFrame) -> None:
        """Keep `frame` until the next commit."""
        self._parts[part.key] = part
        self._pending[part.key] = frame

    def hold_beside(self, table: Table, part: Partition, frame: pd.DataFrame) -> None:
        """Keep `frame` of a table beside the asset's own; it is committed first."""
        self._beside.setdefault(table.name, {})[part.key] = frame

    def beside(self, table: Table) -> LakeSnapshot:
        """Return the snapshot of a table that this asset keeps beside its own."""
        return self._beside_snapshots[table.name]

    def commit(self) -> None:
        """Commit what is held: all of it or nothing; what has not changed is not written again.

        Tables beside come first. A kill in between leaves them ahead of the asset's own table;
        the next run makes the same rows again and brings it level.
        """
        beside, self._beside = self._beside, {}
        for name, frames in beside.items():
            self._store_beside(name, frames)
        pending, self._pending = self._pending, {}
        self._store(pending)

    def commit_apart(self) -> dict[tuple[str, str], TraderAIError]:
        """Commit what is held, in one commit a table; what is refused costs the others nothing.

        Returns the error of each partition of which not all is stored.
        """
        beside, self._beside = self._beside, {}
        pending, self._pending = self._pending, {}
        failed: dict[tuple[str, str], TraderAIError] = {}
        for name, frames in beside.items():
            told = {key: frame for key, frame in frames.items() if key not in failed}
            failed |= publish_apart(partial(self._store_beside, name), told)[1]
        told = {key: frame for key, frame in pending.items() if key not in failed}
        return failed | publish_apart(self._store, told)[1]

    def drop(self, keys: Iterable[tuple[str, str]]) -> None:
        """Forget what is held of these partitions."""
        for key in keys:
            self._pending.pop(key, None)
            for frames in self._beside.values():
                frames.pop(key, None)

    def _store_beside(self, name: str, frames: Mapping[tuple[str, str], pd.DataFrame]) -> Published:
        return self._beside_snapshots[name].publish(
            frames, run_id=self._context.run.run_id, code_version=self.code_version
        )

    def _store(self, pending: Mapping[tuple[str, str], pd.DataFrame]) -> Published:
        published = self.target.publish(
            pending,
            run_id=self._context.run.run_id,
            code_version=self.code_version,
            inputs={key: self._parts[key].inputs for key in pending},
        )
        for key, frame in pending.items():
            summary = published.summaries[key]
            if self.target.table.name in _READ_NEXT:
                self._kept.keep(self.target.table, key, summary.content_hash, frame)
            changed = key in published.changed or self._summaries.get(key, {}).get("changed", False)
            self._summaries[key] = told_of(summary, changed=changed, version=published.version)
        return published

    def publish(self) -> Iterator[dg.MaterializeResult[None]]:
        """Commit, let downstream steps run, and give each partition its own event."""
        self.commit()
        changed = sum(bool(summary["changed"]) for summary in self._summaries.values())
        yield dg.MaterializeResult(
            metadata={"partitions": len(self._summaries), "changed_partitions": changed}
        )
        self._log_events()

    def _log_events(self) -> None:
        for event in self.events():
            self._context.log_event(event)

    def events(self, *, only_news: bool = False) -> Iterator[dg.AssetMaterialization]:
        """Yield the event of each partition that was committed.

        With `only_news` of those alone whose rows have changed, or what stands beside them.
        """
        stored = None
        if self._decisions is not None and self._summaries:
            # The run itself has written the gaps since
            gaps = self._lake.snapshot(CANDLE_GAPS)
            known = self._kept.crossings
            stored = StoredCrossings(self.target, gaps, self._decisions, known, self.read)
        for key, summary in self._summaries.items():
            part = self._parts[key]
            if only_news and not summary["changed"] and not part.has_news:
                continue
            inputs = input_versions(part.inputs)
            version = summary["content_hash"]
            if stored is not None:
                version = candles_version(version, stored.text(part.market, part.month))
            tags = provenance(self.code_version, version, inputs, self._pointers)
            yield materialization(part, self._context.asset_key, summary, inputs, tags)
