"""Partition: one market and month of a publication, what it was made from and what came of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from traderai_assets.domain.candles.crossings import read_crossings
from traderai_assets.domain.candles.segments import mark_segments
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import partition_key
from traderai_assets.runs.inputs import CROSSINGS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.tables import ALL_MONTHS, Table

if TYPE_CHECKING:
    from traderai_assets.runs.publication import Publication


class Partition:
    """One market and month of a publication: what it was made from, and what came of it."""

    def __init__(self, publication: "Publication", market: Market, month: Month | None) -> None:
        self.market = market
        self._month = month
        self._publication = publication
        self.inputs: dict[str, str] = {}
        self.metadata: dict[str, Any] = {}

    @property
    def month(self) -> Month:
        """The month; a partition of a market alone has none."""
        if self._month is None:
            raise TypeError(f"{self.market.key} is partitioned by market alone and has no month")
        return self._month

    @property
    def month_key(self) -> str:
        """The month as the lake names it."""
        return self._month.key if self._month else ALL_MONTHS

    @property
    def key(self) -> tuple[str, str]:
        """The lake's key of this partition."""
        return self.market.key, self.month_key

    @property
    def dagster_key(self) -> str:
        """Dagster's key of this partition."""
        return partition_key(*self.key) if self._month else self.market.key

    def read(self, table: Table, *months: Month) -> pd.DataFrame:
        """Read verified rows of the market's `months`, and note them as this partition's input."""
        snapshot = self._publication.source(table)
        asked = months or (None,)
        for month in asked:
            name = f"{table.name}/{month.key if month else ALL_MONTHS}"
            self.inputs[name] = snapshot.content_hash(self.market, month)
        return snapshot.read(self.market, asked)

    def read_candles(self, *months: Month) -> pd.DataFrame:
        """Read candles of the market's `months` as learning may use them (`candles.segments`).

        What keeps them apart is noted as this partition's input too, where anything does.
        """
        candles = self.read(CANDLES, *months)
        texts = {
            month.key: self._publication.crossings.text(self.market, month) for month in months
        }
        self.inputs |= {f"{CROSSINGS}/{key}": text for key, text in texts.items() if text}
        return mark_segments(candles, read_crossings(texts[key] for key in sorted(texts)))

    def published(self) -> pd.DataFrame:
        """Read what is stored of this partition so far."""
        return self._publication.target.read(self.market, [self._month])

    def published_beside(self, table: Table) -> pd.DataFrame:
        """Read what a table beside the asset's own holds of this partition so far."""
        return self._publication.beside(table).read(self.market, [self._month])

    def put_beside(self, table: Table, frame: pd.DataFrame) -> None:
        """Hold `frame` of a table beside the asset's own, for the next commit."""
        self._publication.hold_beside(table, self, frame)

    def put(self, frame: pd.DataFrame, metadata: Mapping[str, Any] | None = None) -> None:
        """Hold `frame` for the next commit."""
        self.metadata |= metadata or {}
        self._publication.hold(self, frame)
