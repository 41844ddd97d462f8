"""Partitions: their keys, the months there are, and which months an asset reads."""

from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.definitions.partitions.subset import DefaultPartitionsSubset

from traderai_assets.domain.errors import InvalidMarket, InvalidMonth
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import (
    MARKETS,
    market_months,
    market_served_months,
    markets,
    months,
    months_around,
    partition_key,
    partition_range_tags,
    read_partition_key,
    same_market,
    same_month,
    served_months,
)

BTC, ETH = "binance.BTC-USDT.5m", "binance.ETH-USDT.5m"
MID_MARCH = datetime(2026, 3, 15, tzinfo=UTC)


@pytest.fixture
def in_march():
    """Two markets are kept, and it is the middle of March 2026."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(MARKETS, [BTC, ETH])
        with partition_loading_context(MID_MARCH, instance):
            yield


def upstream(mapping, key, downstream, source):
    """Return the keys of `source` that one key of `downstream` depends on."""
    found = mapping.get_upstream_mapped_partitions_result_for_partitions(
        DefaultPartitionsSubset({key}), downstream, source
    )
    return sorted(found.partitions_subset.get_partition_keys())


def test_a_key_is_market_and_month_and_can_be_read_back():
    key = partition_key(BTC, "2026-03")
    assert key == f"{BTC}|2026-03"
    assert read_partition_key(key) == (Market("binance", "BTC/USDT", "5m"), Month(2026, 3))


def test_it_is_the_key_dagster_makes_of_the_two_dimensions():
    key = dg.MultiPartitionKey({"month": "2026-03", "market": BTC})
    assert str(key) == partition_key(BTC, "2026-03")


@pytest.mark.parametrize("key", ["", "2026-03", f"2026-03|{BTC}", "BTC/USDT|2026-03"])
def test_a_key_without_a_market_is_refused(key):
    with pytest.raises(InvalidMarket):
        read_partition_key(key)


@pytest.mark.parametrize("key", [BTC, f"{BTC}|2026-13", f"{BTC}|2026-03|2026-04"])
def test_a_key_without_a_month_is_refused(key):
    with pytest.raises(InvalidMonth):
        read_partition_key(key)


def test_the_open_month_is_the_last_and_a_model_is_made_for_one_more(in_march):  # noqa: ARG001
    assert months.get_first_partition_key() == "2017-01"
    assert months.get_last_partition_key() == "2026-03"
    assert served_months.get_last_partition_key() == "2026-04"
    assert markets.get_partition_keys() == [BTC, ETH]


def test_a_range_runs_from_the_first_key_to_the_last_however_they_are_given():
    keys = [partition_key(BTC, month) for month in ("2026-01", "2025-12", "2026-02")]
    assert partition_range_tags(iter(keys)) == {
        "dagster/asset_partition_range_start": f"{BTC}|2025-12",
        "dagster/asset_partition_range_end": f"{BTC}|2026-02",
    }


def test_a_range_of_one_market_is_that_market_only(in_march):  # noqa: ARG001
    span = dg.PartitionKeyRange(f"{BTC}|2025-12", f"{BTC}|2026-02")
    keys = market_months.get_partition_keys_in_range(span)
    assert list(keys) == [f"{BTC}|{month}" for month in ("2025-12", "2026-01", "2026-02")]


@pytest.mark.usefixtures("in_march")
@pytest.mark.parametrize(
    ("first", "last", "read"),
    [
        (0, 0, ["2026-02"]),
        (-1, 0, ["2026-01", "2026-02"]),
        (-2, -1, ["2025-12", "2026-01"]),
        (-1, 1, ["2026-01", "2026-02", "2026-03"]),
    ],
)
def test_a_month_reads_the_months_around_it_of_its_own_market(first, last, read):
    mapping = months_around(first, last)
    found = upstream(mapping, f"{ETH}|2026-02", market_months, market_months)
    assert found == [f"{ETH}|{month}" for month in read]


@pytest.mark.usefixtures("in_march")
def test_what_lies_before_the_first_month_or_after_the_open_one_is_not_asked_for():
    first = upstream(months_around(-1, 0), f"{BTC}|2017-01", market_months, market_months)
    open_month = upstream(months_around(-1, 1), f"{BTC}|2026-03", market_months, market_months)
    assert first == [f"{BTC}|2017-01"]
    assert open_month == [f"{BTC}|2026-02", f"{BTC}|2026-03"]


@pytest.mark.usefixtures("in_march")
def test_the_model_of_the_month_to_come_learns_from_the_open_month_and_the_one_before():
    learned = upstream(months_around(-2, -1), f"{BTC}|2026-04", market_served_months, market_months)
    assert learned == [f"{BTC}|2026-02", f"{BTC}|2026-03"]
    tested = upstream(same_month(), f"{BTC}|2026-04", market_served_months, market_served_months)
    assert tested == [f"{BTC}|2026-04"]
    assert upstream(same_month(), f"{BTC}|2026-04", market_served_months, market_months) == []


@pytest.mark.usefixtures("in_march")
def test_a_champion_looks_at_every_model_of_its_market_and_speaks_in_every_month():
    judged = upstream(same_market(), ETH, markets, market_served_months)
    assert {key.partition("|")[0] for key in judged} == {ETH}
    assert len(judged) == 9 * 12 + 4
    assert upstream(same_market(), f"{ETH}|2026-02", market_months, markets) == [ETH]
