"""Relations of the lake: each table under its name, those of all strategies in one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.errors import CorruptPartition, LakeError
from traderai_assets.domain.markets import Market
from traderai_assets.domain.strategies.strategy import DEFAULT
from traderai_assets.query.relation import Column, Relation
from traderai_assets.schemas.tables import ALL_MARKETS, TIMESTAMP, PartitionKey, Table

_OF_MARKET = (
    Column("market", "str", "Key of the market, such as binance.BTC-USDT.5m."),
    Column("exchange", "str", "Its exchange, as ccxt calls it."),
    Column("symbol", "str", "Its symbol, as ccxt calls it."),
    Column("timeframe", "str", "Length of its bars."),
    Column("month", "str", "Month of the partition, UTC; 'all' of a table without months."),
)
_STRATEGY = Column("strategy", "str", f"Whose row it is; {DEFAULT!r} where none is named.")
# Model bytes are for a program that loads them
_PAYLOAD = "object"


@dataclass(frozen=True)
class Reach:
    """What is read of a table.

    Attributes
    ----------
    markets : sequence of str
        Keys of markets; empty is all.
    months : sequence of str
        Months as YYYY-MM; empty is all.
    as_of : datetime or None
        The table as it was then; None is now.
    """

    markets: Sequence[str] = field(default_factory=tuple)
    months: Sequence[str] = field(default_factory=tuple)
    as_of: datetime | None = None


def stored_relations(
    lake: LakeResource, tables: Iterable[Table], reach: Reach
) -> dict[str, Relation]:
    """Return a relation for each table, read when it is asked for.

    Parameters
    ----------
    lake : LakeResource
    tables : iterable of Table
        Where they lie; those of one name are one relation.
    reach : Reach
        What is read of them.
    """
    by_name: dict[str, list[Table]] = {}
    for table in tables:
        by_name.setdefault(table.name, []).append(table)
    return {
        name: Relation(
            name,
            _row(own[0]),
            columns_of(own[0]),
            partial(_read, lake, own, reach),
        )
        for name, own in sorted(by_name.items())
    }


def columns_of(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table's relation: its place, then its own but for payloads."""
    own = tuple(
        Column(
            name,
            "timestamp" if dtype == TIMESTAMP else dtype,
            str(table.schema.columns[name].description or ""),
        )
        for name, dtype in table.dtypes.items()
        if dtype != _PAYLOAD
    )
    place = _OF_MARKET if table.by_market else ()
    if table.of_strategy and "strategy" not in table.dtypes:
        place = (*place, _STRATEGY)
    return (*place, *own)


def _row(table: Table) -> str:
    return (table.schema.description or "").strip().splitlines()[0]


def _read(lake: LakeResource, tables: Sequence[Table], reach: Reach) -> pd.DataFrame:
    columns = [column.name for column in columns_of(tables[0])]
    frames = [
        _placed(table, key.market, key.month, _rows(snapshot, key, reach))
        for table in tables
        for snapshot in (lake.snapshot(table, as_of=reach.as_of),)
        for key in snapshot.partitions()
        if _is_asked(key.market, key.month, reach)
    ]
    if not frames:
        return _placed(tables[0], "", "", tables[0].empty())[columns]
    return pd.concat(frames, ignore_index=True)[columns]


def _rows(snapshot: LakeSnapshot, key: PartitionKey, reach: Reach) -> pd.DataFrame:
    try:
        return snapshot.read(key.market, [key.month])
    except CorruptPartition as error:
        if reach.as_of is None:
            raise
        raise LakeError(
            f"{snapshot.table.path} as of {reach.as_of} cannot be read: what was replaced since is "
            f"kept for [retention] lake_days, or it is damaged: {error}"
        ) from error


def _is_asked(market: str, month: str, reach: Reach) -> bool:
    of_market = not reach.markets or market in (*reach.markets, ALL_MARKETS)
    return of_market and (not reach.months or month in reach.months or not month[:1].isdigit())


def _placed(table: Table, market: str, month: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Add where the rows lie."""
    told: dict[str, str] = {}
    if table.by_market:
        known = Market.parse(market) if market else None
        told = {
            "market": market,
            "exchange": known.exchange if known else "",
            "symbol": known.symbol if known else "",
            "timeframe": known.timeframe if known else "",
            "month": month,
        }
    if table.of_strategy and "strategy" not in table.dtypes:
        told["strategy"] = table.folder or DEFAULT
    return rows.assign(
        **{name: pd.Series(value, rows.index, "str") for name, value in told.items()}
    )
