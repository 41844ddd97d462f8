"""The lake of many months: what one month of one market holds, at the times of every other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.schemas.tables import ALL_MONTHS, PartitionKey, Table

OPENED = "open_time"


def spread(
    lake: LakeResource, tables: Sequence[Table], markets: Sequence[Market], months: Sequence[Month]
) -> Iterator[tuple[Table, int]]:
    """Store every month of every market that is not there, as the first market's last month is.

    Parameters
    ----------
    lake : LakeResource
    tables : sequence of Table
        Where they lie; of those with nothing of the original nothing is made.
    markets : sequence of Market
        The original first.
    months : sequence of Month
        The original last, with 31 days.

    Yields
    ------
    Table, int
        And how many partitions it has now.
    """
    original, last = markets[0], months[-1]
    for table in tables:
        snapshot = lake.snapshot(table)
        whole = table.by_market and not table.monthly
        there = set(snapshot.partitions())
        source = PartitionKey(original.key, ALL_MONTHS if whole else last.key)
        if not table.by_market or source not in there:
            continue
        rows = snapshot.read(*_place(source))
        for month in [last] if whole else months:
            frame = rows if whole else moved(rows, last, month)
            wanted = [
                PartitionKey(one.key, source.month if whole else month.key) for one in markets
            ]
            frames: Mapping[PartitionKey, pd.DataFrame] = {
                key: frame for key in wanted if key not in there
            }
            if frames:
                snapshot.publish(frames, run_id="spread", code_version="0")
        yield table, len(lake.snapshot(table).partitions())


def _place(key: PartitionKey) -> tuple[str, list[str]]:
    return key.market, [key.month]


def moved(rows: pd.DataFrame, original: Month, month: Month) -> pd.DataFrame:
    """Return rows of a month of 31 days at the times of another; what lies behind its end goes."""
    by = month.start - original.start
    times = [name for name, kind in rows.dtypes.items() if isinstance(kind, pd.DatetimeTZDtype)]
    found = rows.assign(**{name: (rows[name] + by).astype(rows[name].dtype) for name in times})
    if OPENED not in found:
        return found
    end: datetime = month.shift(1).start
    return found[found[OPENED] < pd.Timestamp(end)].reset_index(drop=True)
