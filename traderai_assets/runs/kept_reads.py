"""Partitions that a run reads more than once, read and verified once.

By content hash: what another version of a partition holds is never taken for this one's rows.
"""

from collections.abc import Iterable

import pandas as pd

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.schemas.tables import Table


class KeptReads:
    """Rows by table, market, month and content hash, as long as the run lasts."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, str], pd.DataFrame] = {}
        # What `runs.crossings` has put into writing
        self.crossings: dict[tuple[object, ...], str] = {}

    def read(
        self, snapshot: LakeSnapshot, market: Market | str, months: Iterable[Month | str | None]
    ) -> pd.DataFrame:
        """Read rows as the snapshot does; nobody may change them in place."""
        found = []
        for month in months:
            content_hash = snapshot.content_hash(market, month)
            if content_hash == EMPTY_HASH:
                continue
            key = (snapshot.table.path, *snapshot.table.partition_key(market, month), content_hash)
            if key not in self._rows:
                self._rows[key] = snapshot.read(market, [month])
            found.append(self._rows[key])
        if not found:
            return snapshot.table.empty()
        if len(found) == 1:
            return found[0].copy(deep=False)
        return pd.concat(found, ignore_index=True)

    def keep(
        self, table: Table, key: tuple[str, str], content_hash: str, rows: pd.DataFrame
    ) -> None:
        """Keep rows that have just been published under this hash, if they are in order."""
        if rows[table.key[0]].is_monotonic_increasing:
            kept = rows[list(table.dtypes)].reset_index(drop=True)
            self._rows[(table.path, *key, content_hash)] = kept
