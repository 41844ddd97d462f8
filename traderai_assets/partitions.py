"""Partitions: markets and months, and mappings between them.

A partition is market x month. `months` ends with the open month; `served_months` reaches one
month further, because a model trained inside a month is the next month's model put to work early:
so the model of a month never saw a bar of it (docs/adr/0002). How many months an asset reads before
its own depends on the market: instance/months_read.py.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import dagster as dg

from traderai_assets.domain.kept_markets import MARKETS as MARKETS
from traderai_assets.domain.limits import FIRST_MONTH as FIRST_MONTH
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between

RANGE_START_TAG = "dagster/asset_partition_range_start"
_MONTHLY = "0 0 1 * *"

markets = dg.DynamicPartitionsDefinition(name=MARKETS)
months = dg.TimeWindowPartitionsDefinition(
    start=FIRST_MONTH, cron_schedule=_MONTHLY, fmt="%Y-%m", end_offset=1
)
served_months = dg.TimeWindowPartitionsDefinition(
    start=FIRST_MONTH, cron_schedule=_MONTHLY, fmt="%Y-%m", end_offset=2
)
market_months = dg.MultiPartitionsDefinition({"market": markets, "month": months})
market_served_months = dg.MultiPartitionsDefinition({"market": markets, "month": served_months})

# One run takes any number of partitions: a run costs seconds, a partition milliseconds.
MANY_PARTITIONS_A_RUN = dg.BackfillPolicy.single_run()


def months_around(first: int, last: int) -> dg.MultiPartitionMapping:
    """Depend on the same market's months from `first` to `last`, counted from one's own."""
    return dg.MultiPartitionMapping(
        {
            "market": dg.DimensionPartitionMapping("market", dg.IdentityPartitionMapping()),
            "month": dg.DimensionPartitionMapping(
                "month",
                dg.TimeWindowPartitionMapping(
                    start_offset=first, end_offset=last, allow_nonexistent_upstream_partitions=True
                ),
            ),
        }
    )


def same_month() -> dg.MultiPartitionMapping:
    """Depend on the same market and month."""
    return months_around(0, 0)


def same_market() -> dg.MultiToSingleDimensionPartitionMapping:
    """Depend on the market, whichever the month; or on all months of the market."""
    return dg.MultiToSingleDimensionPartitionMapping("market")


def history_months(now: datetime, days: int) -> list[Month]:
    """Months of a history of `days` that ends now, none before the first that can be kept.

    The settings are checked against our clock, and an exchange may have another.
    """
    return months_between(max(now - timedelta(days=days), FIRST_MONTH), now)


def partition_key(market: str, month: str) -> str:
    """Return Dagster's key of one market and month, its dimensions sorted by name."""
    return f"{market}|{month}"


def split_partition_key(key: str) -> tuple[str, str]:
    """Split Dagster's key into market and month, unread; the month of a market alone is ""."""
    market, _, month = key.partition("|")
    return market, month


def partition_named(tags: Mapping[str, str]) -> str:
    """Return the partition key that a run's tags name, the first of a range; "" if none."""
    return tags.get("dagster/partition") or tags.get(RANGE_START_TAG, "")


def read_partition_key(key: str) -> tuple[Market, Month]:
    """Read `market|month` back; raise InvalidMarket or InvalidMonth."""
    market, month = split_partition_key(key)
    return Market.parse(market), Month.parse(month)


def partition_range_tags(keys: Iterable[str]) -> dict[str, str]:
    """Tags that make one run of a job take every partition from the first key to the last."""
    ordered = sorted(keys)
    return {
        RANGE_START_TAG: ordered[0],
        "dagster/asset_partition_range_end": ordered[-1],
    }
