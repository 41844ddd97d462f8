"""What features were made of is read by table and month, whichever version of the code wrote it."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pandas as pd
import pytest

from resources.lake.resource import LakeResource
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.gate.provenance import Provenance
from traderai_assets.partitions import partition_key
from traderai_assets.runs.crossings import StoredCrossings
from traderai_assets.runs.inputs import INPUTS, combined_version
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS
from traderai_assets.schemas.tables import Table

BTC = Market("binance", "BTC/USDT", "1h")
MAY = Month(2024, 5)
MONTHS = [MAY.shift(-back) for back in range(14)]  # The newest first: the order says nothing
HOUR = timedelta(hours=1)
_VALUES = {"float64": 0.5, "int8": 1, "bool": True}


@pytest.fixture
def lake(tmp_path) -> LakeResource:
    """Candles of fourteen months, features of the last; none of its commits names an input."""
    lake = LakeResource(root=str(tmp_path / "lake"))
    for month in MONTHS:
        put(lake, CANDLES, month, 10.0)
    put(lake, FEATURES, MAY, 0.5)
    return lake


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def put(lake: LakeResource, table: Table, month: Month, value: float) -> None:
    named = {name: _VALUES.get(dtype, value) for name, dtype in table.dtypes.items()}
    named |= {name: value for name, dtype in table.dtypes.items() if dtype == "float64"}
    frame = pd.DataFrame(named | {"open_time": [month.end - HOUR]}).astype(table.dtypes)
    key = (BTC.key, month.key)
    lake.snapshot(table).publish({key: frame[list(table.dtypes)]}, run_id="test", code_version="1")


def version(lake: LakeResource, month: Month) -> str:
    return lake.snapshot(CANDLES).content_hash(BTC.key, month.key)


def report(instance, lake, candles_tag: str, metadata=None) -> None:
    """Say of the stored features of May what an event says."""
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            FEATURES.name,
            partition=partition_key(BTC.key, MAY.key),
            metadata=metadata or {},
            tags={
                "dagster/data_version": lake.snapshot(FEATURES).content_hash(BTC.key, MAY.key),
                "dagster/input_data_version/candles": candles_tag,
            },
        )
    )


def others(lake: LakeResource, instance: dg.DagsterInstance) -> tuple[Month, ...]:
    candles, gaps = lake.snapshot(CANDLES), lake.snapshot(CANDLE_GAPS)
    crossings = StoredCrossings(candles, gaps, lake.snapshot(PRICE_DECISIONS))
    provenance = Provenance(lake, instance, candles, crossings, lake.snapshot(FEATURES))
    return provenance.other_candles(BTC, MAY, MONTHS)


def test_of_fourteen_months_in_any_order_the_one_that_changed_is_named(instance, lake):
    made_of = {month.key: version(lake, month) for month in MONTHS}
    inputs = {"candles": made_of, "labels": {MAY.key: "another table's"}}
    report(instance, lake, combined_version(made_of), {INPUTS: dg.MetadataValue.json(inputs)})
    assert others(lake, instance) == ()
    put(lake, CANDLES, MONTHS[13], 11.0)
    assert others(lake, instance) == (MONTHS[13],)


def test_what_versions_before_0_2_wrote_of_two_months_is_still_read(instance, lake):
    april = MAY.shift(-1)
    report(instance, lake, f"{version(lake, april)}.{version(lake, MAY)}")
    assert others(lake, instance) == ()
    put(lake, CANDLES, april, 11.0)
    assert others(lake, instance) == (april,)
    put(lake, CANDLES, MAY, 11.0)
    assert others(lake, instance) == (april, MAY)


def test_a_joined_tag_that_is_not_two_months_is_believed_of_none(instance, lake):
    joined = ".".join(version(lake, month) for month in MONTHS)[:255]
    report(instance, lake, joined)
    put(lake, CANDLES, MONTHS[13], 11.0)
    assert others(lake, instance) == ()  # Neither event nor log remembers, and the rows agree
