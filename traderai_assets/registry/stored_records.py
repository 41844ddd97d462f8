"""Stored records: the days of strategies, this one's and all others', as the lake holds them."""

import hashlib
import json
from collections.abc import Mapping

import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.completeness import RecordedMarket, whole_until
from traderai_assets.domain.strategies.looking import Peers
from traderai_assets.domain.strategies.pool import pool_days
from traderai_assets.domain.strategies.registered import ever_registered, names_registered
from traderai_assets.domain.strategies.revisions import newest_revisions, strategy_record
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.domain.strategies.verdict_rows import Row
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS, PartitionKey, Table

Days = dict[str, pd.DataFrame]


def by_market(found: Mapping[PartitionKey, pd.DataFrame]) -> Days:
    """Join the months of each market."""
    months: dict[str, list[pd.DataFrame]] = {}
    for key in sorted(found):
        months.setdefault(key.market, []).append(found[key])
    return {market: pd.concat(frames, ignore_index=True) for market, frames in months.items()}


def record_hash(record: LakeSnapshot) -> str:
    """Return one hash of all that is recorded under a name: a revision makes it another."""
    hashes = [
        [market, month, content_hash]
        for market in record.markets()
        for month, content_hash in record.content_hashes(market).items()
    ]
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:32]


def judged_until(days: Days, strategy: str, candles: LakeSnapshot) -> pd.Timestamp | None:
    """Return the midnight before which a strategy's record is whole; None where it has none."""
    markets = {}
    for market, rows in days.items():
        own = newest_revisions(rows, strategy)
        if own.empty:
            continue
        last = candles.last(market)
        markets[market] = RecordedMarket(
            recorded=sorted({Month.of(day) for day in own["day"]}),
            last_day=own["day"].iloc[-1],
            candles=[Month.parse(month) for month in candles.months(market)],
            known_until=None if last is None else last + Market.parse(market).bar,
        )
    return whole_until(markets)


def read_peers(
    lake: LakeResource, registry: pd.DataFrame, strategy: str, until: pd.Timestamp
) -> Peers:
    """Read the pools of all other strategies that have a record, deleted ones included.

    Parameters
    ----------
    lake : LakeResource
    registry : DataFrame
        Rows of `STRATEGIES`.
    strategy : str
        Id of the one that is judged.
    until : Timestamp
        Only days before it.
    """
    net: dict[str, pd.Series] = {}
    for name in names_registered(registry):
        days = _all_days(lake.of(Strategy(name)).snapshot(RECORD_DAYS))
        ids = {str(one) for rows in days.values() for one in rows["strategy_id"]} - {strategy}
        for other in sorted(ids & {*registry["strategy_id"]}):
            pool = pool_days(strategy_record(days, other).before(until)).set_index("day")["net"]
            if len(pool) > len(net.get(other, ())):
                net[other] = pool
    count = max(ever_registered(registry), len(net) + 1)
    return Peers(count, pd.DataFrame(net)) if net else Peers.none(count)


def rows_under_all_names(
    lake: LakeResource, registry: pd.DataFrame, table: Table, strategy: str, key: str
) -> pd.DataFrame:
    """Return what a strategy has of a table, under whichever name it was registered.

    Each `key` once: what was spent under one name is spent under every other.
    """
    names = registry.loc[registry["strategy_id"] == strategy, "name"]
    frames = []
    for name in names:
        stored = lake.of(Strategy(str(name))).snapshot(table).read(ALL_MARKETS, [ALL_MONTHS])
        frames.append(stored[stored["strategy_id"] == strategy])
    joined = pd.concat([table.empty(), *(one for one in frames if len(one))], ignore_index=True)
    once = joined.drop_duplicates(key).sort_values(key, ignore_index=True)
    return once.astype({name: kind for name, kind in table.dtypes.items() if name in once})


def with_rows(stored: pd.DataFrame, table: Table, rows: list[Row]) -> pd.DataFrame:
    """Add rows of a table to what is stored of it, with the table's types."""
    if not rows:
        return stored
    added = pd.DataFrame(rows).astype(table.dtypes)[list(table.dtypes)]
    return pd.concat([stored, added], ignore_index=True) if len(stored) else added


def _all_days(record: LakeSnapshot) -> Days:
    return by_market({key: record.read(key.market, [key.month]) for key in record.partitions()})
