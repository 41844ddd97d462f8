"""Partition: one market and month of a publication, what it was made from and what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from traderai_assets.domain.candles.crossings import read_crossings
from traderai_assets.domain.candles.segments import mark_segments
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import partition_key
from traderai_assets.runs.inputs import CROSSINGS, combined_version
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS, PartitionKey, Table

if TYPE_CHECKING:
    from traderai_assets.runs.publication import Publication


class Partition:
    """One market and month of a publication: what it was made from, and what came of it."""

    def __init__(
        self, publication: "Publication", market: Market | None, month: Month | None
    ) -> None:
        self._market = market
        self._month = month
        self._publication = publication
        self.inputs: dict[str, str] = {}
        self.metadata: dict[str, Any] = {}
        # Whether anything is told of it that its rows do not tell, such as another gap
        self.has_news = False

    @property
    def market(self) -> Market:
        """The market; what is not partitioned has none."""
        if self._market is None:
            raise TypeError("an asset that is not partitioned has no market")
        return self._market

    @property
    def month(self) -> Month:
        """The month; a partition of a market alone has none."""
        if self._month is None:
            raise TypeError(f"{self.key[0]} is not partitioned by month and has none")
        return self._month

    @property
    def month_key(self) -> str:
        """The month as the lake names it."""
        return self._month.key if self._month else ALL_MONTHS

    @property
    def key(self) -> tuple[str, str]:
        """The lake's key of this partition."""
        return self._market.key if self._market else ALL_MARKETS, self.month_key

    @property
    def title(self) -> str:
        """Market and month, as a picture is headed."""
        return f"{self.market.key} {self.month.key}"

    @property
    def dagster_key(self) -> str:
        """Dagster's key of this partition; empty of an asset that has none."""
        if self._market is None:
            return ""
        return partition_key(*self.key) if self._month else self.market.key

    def read(self, table: Table, *months: Month) -> pd.DataFrame:
        """Read verified rows of the market's `months`, and note them as this partition's input."""
        snapshot = self._publication.source(table)
        asked = months or (None,)
        for month in asked:
            name = f"{table.path}/{month.key if month else ALL_MONTHS}"
            self.inputs[name] = snapshot.content_hash(self.market, month)
        return self._publication.read(snapshot, self.market, asked)

    def read_since(self, table: Table, month: Month, since: datetime) -> pd.DataFrame:
        """Read verified rows of a month from a time on; the whole month is this one's input."""
        snapshot = self._publication.source(table)
        name = f"{table.path}/{month.key}"
        self.inputs[name] = snapshot.content_hash(self.market, month)
        return self._publication.read_since(snapshot, self.market, month, since)

    def known_until(self, table: Table) -> datetime | None:
        """Return when the market's last bar of a source, of whatever month, closed."""
        last = self._publication.source(table).last(self.market)
        return None if last is None else last + self.market.bar

    def is_over(self, candles: Table) -> bool:
        """Whether the market's candles, a source, reach the end of the month."""
        known = self.known_until(candles)
        return known is not None and known >= self.month.end

    def months_stored(self, table: Table) -> list[str]:
        """Keys of the months of a source that the market has, oldest first."""
        return self._publication.source(table).months(self.market)

    def read_all(self, table: Table) -> dict[PartitionKey, pd.DataFrame]:
        """Read verified rows of a whole table by market and month.

        They are noted as one input: a platform has thousands of partitions.
        """
        snapshot = self._publication.source(table)
        keys = snapshot.partitions()
        hashes = {partition_key(*key): snapshot.content_hash(*key) for key in keys}
        self.inputs[f"{table.path}/{ALL_MONTHS}"] = combined_version(hashes)
        return {key: snapshot.read(key.market, [key.month]) for key in keys}

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
        return self._publication.read(self._publication.target, self.key[0], [self._month])

    def published_beside(self, table: Table) -> pd.DataFrame:
        """Read what a table beside the asset's own holds of this partition so far."""
        return self._publication.read(self._publication.beside(table), self.key[0], [self._month])

    def put_beside(self, table: Table, frame: pd.DataFrame) -> None:
        """Hold `frame` of a table beside the asset's own, for the next commit."""
        self._publication.hold_beside(table, self, frame)

    def put(self, frame: pd.DataFrame, metadata: Mapping[str, Any] | None = None) -> None:
        """Hold `frame` for the next commit."""
        self.metadata |= metadata or {}
        self._publication.hold(self, frame)
