"""Partitions that a run reads more than once, read and verified once.

By content hash: what another version of a partition holds is never taken for this one's rows.
"""

from collections.abc import Iterable
from datetime import datetime

import pandas as pd

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.schemas.tables import Table


class KeptReads:
    """Rows by table, market, month and content hash, as long as the run lasts.

    Parameters
    ----------
    keeps : bool, default=True
        Where it does not, everything is read each time: a run of years would keep years.
    """

    def __init__(self, *, keeps: bool = True) -> None:
        self._keeps = keeps
        self._rows: dict[tuple[str, str, str, str], pd.DataFrame] = {}
        # What `runs.crossings` has put into writing; None where nothing is kept
        self.crossings: dict[tuple[object, ...], str] | None = {} if keeps else None

    def read(
        self, snapshot: LakeSnapshot, market: Market | str, months: Iterable[Month | str | None]
    ) -> pd.DataFrame:
        """Read rows as the snapshot does; nobody may change them in place."""
        if not self._keeps:
            return snapshot.read(market, list(months))
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

    def read_since(
        self, snapshot: LakeSnapshot, market: Market | str, month: Month, since: datetime
    ) -> pd.DataFrame:
        """Read rows of a month from a time on; of what is kept they are taken."""
        table, content_hash = snapshot.table, snapshot.content_hash(market, month)
        rows = self._rows.get((table.path, *table.partition_key(market, month), content_hash))
        if rows is None:
            return snapshot.read_since(market, [month], since)
        return rows[rows[table.key[0]] >= since].reset_index(drop=True)

    def keep(
        self, table: Table, key: tuple[str, str], content_hash: str, rows: pd.DataFrame
    ) -> None:
        """Keep rows that have just been published under this hash.

        Not those that a reader would find otherwise: in another order, or of another dtype.
        """
        columns = list(table.dtypes)
        told = dict(zip(rows.columns, rows.dtypes, strict=True))
        as_read = all(told.get(name) == dtype for name, dtype in table.dtypes.items())
        if self._keeps and as_read and rows[table.key[0]].is_monotonic_increasing:
            self._rows[(table.path, *key, content_hash)] = rows[columns].reset_index(drop=True)
