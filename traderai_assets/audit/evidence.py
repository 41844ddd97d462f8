"""Evidence: what rules read of a home; a partition is read once and kept while rules need it."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.audit.rule import CannotJudgeError
from traderai_assets.domain.markets import Market
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.lineage.origins import Origins
from traderai_assets.lineage.stored_rows import LoadedTables
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of

# Partitions kept at once: a month of features is some 10 MB
_FRAMES_KEPT = 60


@dataclass
class Evidence:
    """A home as it is while an audit looks at it.

    Attributes
    ----------
    settings : Settings
    lake : LakeResource
    instance : DagsterInstance or None
        None where there is none: rules over events and runs cannot be judged then.
    now : datetime
        By this machine's clock; what is stored of a venue in another time is held to it as well
        as it can be.
    every_row : bool
        Whether hashes are held against all rows, or of each table against some partitions'.
    """

    settings: Settings
    lake: LakeResource
    instance: dg.DagsterInstance | None
    now: datetime
    every_row: bool = False
    _tables: dict[str, LoadedTables] = field(default_factory=dict)
    _origins: dict[str, Origins] = field(default_factory=dict)
    _frames: "OrderedDict[tuple[str, str, str], pd.DataFrame]" = field(default_factory=OrderedDict)

    @property
    def strategies(self) -> tuple[Strategy, ...]:
        """The strategies of the settings."""
        return strategies_of(self.settings)

    def tables(self, strategy: Strategy | None = None) -> LoadedTables:
        """Return the tables as a strategy has them; shared ones where none is given."""
        name = strategy.name if strategy else ""
        if name not in self._tables:
            lake = self.lake.of(strategy) if strategy else self.lake
            self._tables[name] = LoadedTables(lake)
        return self._tables[name]

    def snapshot(self, table: Table, strategy: Strategy | None = None) -> LakeSnapshot:
        """Return a table; the same one for every rule."""
        return self.tables(strategy).look(table)

    def read(
        self, table: Table, market: str, months: Sequence[str], strategy: Strategy | None = None
    ) -> pd.DataFrame:
        """Return rows of some months of a market."""
        parts = [self._part(table, market, month, strategy) for month in months]
        parts = [part for part in parts if len(part)] or parts[:1]
        if not parts:
            return table.empty()
        return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)

    def all_months(
        self, table: Table, market: str, strategy: Strategy | None = None
    ) -> pd.DataFrame:
        """Return all rows of a market."""
        return self.read(table, market, self.snapshot(table, strategy).months(market), strategy)

    def parts(
        self, table: Table, strategy: Strategy | None = None
    ) -> Iterator[tuple[str, str, pd.DataFrame]]:
        """Yield market, month and rows of every partition of a table."""
        for market, month in self.snapshot(table, strategy).partitions():
            yield market, month, self.read(table, market, [month], strategy)

    def origins(self, strategy: Strategy) -> Origins:
        """Return where partitions of a strategy's tables came from."""
        if strategy.name not in self._origins:
            self._origins[strategy.name] = Origins(self.tables(strategy), self.instance)
        return self._origins[strategy.name]

    def champions(self, market: str) -> pd.DataFrame:
        """Return the history of who speaks for a market."""
        return self.read(CHAMPIONS, market, [ALL_MONTHS])

    def memory(self) -> dg.DagsterInstance:
        """Return Dagster's instance; raise CannotJudgeError where there is none."""
        if self.instance is None:
            raise CannotJudgeError("there is no instance of Dagster's in this home")
        return self.instance

    def _part(
        self, table: Table, market: str, month: str, strategy: Strategy | None
    ) -> pd.DataFrame:
        key = (self.tables(strategy).path(table), market, month)
        if key in self._frames:
            self._frames.move_to_end(key)
            return self._frames[key]
        frame = self.snapshot(table, strategy).read(market, [month])
        self._frames[key] = frame
        if len(self._frames) > _FRAMES_KEPT:
            self._frames.popitem(last=False)
        return frame


def market_of(key: str) -> Market:
    """Read a market's key."""
    return Market.parse(key)
