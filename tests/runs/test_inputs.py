"""What a partition was made of stands in its event whole, and one hash of it is its version."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from resources.lake.resource import LakeResource
from traderai_assets.domain.months import Month
from traderai_assets.partitions import (
    MANY_PARTITIONS_A_RUN,
    MARKETS,
    market_months,
    months_around,
    partition_key,
    partition_range_tags,
)
from traderai_assets.runs.inputs import (
    combined_version,
    event_inputs,
    input_versions,
    source_version,
)
from traderai_assets.runs.publication import Publication
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.labels import LABELS

BTC = "binance.BTC-USDT.1h"
LAST = Month(2025, 3)
MONTHS = [LAST.shift(-back) for back in range(13, -1, -1)]  # 14 of them, oldest first
A, B = "a" * 32, "b" * 32


def test_inputs_are_told_by_table_and_month_with_what_is_not_crossed_in_the_version():
    inputs = {
        "features/2024-03": A,
        "candles/2024-03": A,
        "candles/2024-02": B,
        "crossings/2024-03": "2024-03-05T10:00:00+00:00=real",
        "look_back": "2024-02-01/2024-03-01",
    }
    found = input_versions(inputs)
    assert found["features"] == {"2024-03": A}
    assert found["candles"]["2024-02"] == B
    assert found["candles"]["2024-03"].startswith(f"{A}-")
    assert sorted(found) == ["candles", "features"]


@pytest.mark.parametrize("changed", [0, 7, 13])
def test_another_version_of_any_month_makes_another_version_of_the_source(changed):
    versions = {month.key: A for month in MONTHS}
    other = versions | {MONTHS[changed].key: B}
    assert combined_version(versions) != combined_version(other)
    assert combined_version(dict(reversed(versions.items()))) == combined_version(versions)
    assert len(combined_version(versions)) == 64


def test_an_event_of_an_older_version_names_no_inputs():
    tags = {"dagster/input_data_version/candles": f"{A}.{B}"}
    assert event_inputs(dg.AssetMaterialization("features", tags=tags)) is None


@dg.asset(
    name="candles",
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    code_version="1",
    config_schema={"price": dg.Field(float, default_value=10.0)},
)
def short_candles(context: dg.AssetExecutionContext, lake: LakeResource):
    """One bar a month."""
    price = context.op_execution_context.op_config["price"]
    with Publication(context, lake, CANDLES) as publication:
        for part in publication.partitions():
            bar = {name: [price] for name in ("open", "high", "low", "close", "volume")}
            opened = pd.DatetimeIndex([part.month.start]).as_unit("ms")
            part.put(pd.DataFrame({"open_time": opened, **bar}))
        yield from publication.publish()


@dg.asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[dg.AssetDep(short_candles, partition_mapping=months_around(-13, 0))],
    code_version="1",
)
def long_memory(context: dg.AssetExecutionContext, lake: LakeResource):
    """Made of fourteen months of candles."""
    with Publication(context, lake, LABELS, CANDLES) as publication:
        for part in publication.partitions():
            part.read_candles(*(part.month.shift(-back) for back in range(13, -1, -1)))
            part.put(LABELS.empty())
        yield from publication.publish()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        made.add_dynamic_partitions(MARKETS, [BTC])
        yield made


@pytest.fixture
def run(instance, tmp_path):
    """Materialize one of the two assets over months of the market."""

    def materialize(asset: dg.AssetsDefinition, *months: Month, price: float = 10.0) -> None:
        config = {"ops": {"candles": {"config": {"price": price}}}}
        dg.materialize(
            [short_candles, long_memory],
            selection=[asset],
            instance=instance,
            resources={"lake": LakeResource(root=str(tmp_path / "lake"))},
            run_config=config if asset is short_candles else None,
            tags=partition_range_tags([partition_key(BTC, month.key) for month in months]),
        )

    return materialize


def is_stale(instance: dg.DagsterInstance) -> bool:
    nowhere = {"lake": LakeResource(root="nowhere")}
    definitions = dg.Definitions([short_candles, long_memory], resources=nowhere)
    graph = definitions.resolve_asset_graph()
    resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
    key = partition_key(BTC, LAST.key)
    return resolver.get_status(dg.AssetKey("long_memory"), key) is StaleStatus.STALE


def newest_event(instance: dg.DagsterInstance) -> dg.AssetMaterialization:
    [record] = instance.fetch_materializations(dg.AssetKey("long_memory"), limit=1).records
    assert record.asset_materialization is not None
    return record.asset_materialization


def version_of_candles(instance: dg.DagsterInstance) -> str:
    return (newest_event(instance).tags or {})["dagster/input_data_version/candles"]


def test_a_candle_that_changed_in_the_oldest_of_fourteen_months_makes_it_stale(instance, run):
    run(short_candles, MONTHS[0].shift(-1), LAST)
    run(long_memory, LAST)
    before, told = version_of_candles(instance), event_inputs(newest_event(instance))
    assert told is not None
    assert list(told["candles"]) == [month.key for month in MONTHS]
    run(short_candles, MONTHS[0].shift(-1), price=11.0)  # A month before what it is made of
    run(short_candles, MONTHS[0], MONTHS[3])  # The same again
    assert not is_stale(instance)
    run(long_memory, LAST)
    assert version_of_candles(instance) == before

    run(short_candles, MONTHS[0], price=11.0)
    assert is_stale(instance)
    run(long_memory, LAST)
    assert not is_stale(instance)
    assert version_of_candles(instance) != before
    now = event_inputs(newest_event(instance))
    assert now is not None
    assert [m for m, version in now["candles"].items() if version != told["candles"][m]] == [
        MONTHS[0].key
    ]


def test_a_source_without_months_is_called_by_its_own_version_and_others_by_a_hash_of_theirs():
    assert source_version({"all": "a" * 32}) == "a" * 32
    assert source_version({"2026-03": "a" * 32}) == combined_version({"2026-03": "a" * 32})
    assert source_version({}) == "none"
