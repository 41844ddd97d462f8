"""What the definitions of assets tell: rows, columns, places, badges, where to read on."""

import re
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from traderai_assets.definitions import build_definitions
from traderai_assets.runs.described_assets import CADENCE_TAG, FACTS, column_schema
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.settings import Settings

REPOSITORY = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def specs(home) -> dict[str, dg.AssetSpec]:
    definitions = build_definitions(settings=Settings(home=home))
    return {one.key.to_user_string(): one for one in definitions.resolve_all_asset_specs()}


def test_every_asset_says_what_a_row_is_and_where_to_read_on(specs):
    assert specs.keys() == FACTS.keys()
    for name, spec in specs.items():
        assert f"A row is {FACTS[name].row}." in spec.description
        assert f"Read on: `{FACTS[name].page}`." in spec.description


@pytest.mark.parametrize("name", FACTS)
def test_what_to_read_on_is_there(name):
    page, _, heading = FACTS[name].page.partition("#")
    text = (REPOSITORY / page).read_text()
    headings = {
        re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-")
        for one in re.findall(r"^#+ (.*)$", text, re.M)
    }
    assert not heading or heading in headings


def test_tables_that_are_written_beside_exist():
    tables = {table.name for table in TABLES}
    assert {one for facts in FACTS.values() for one in facts.beside} <= tables


def test_every_column_of_every_table_says_what_it_means_and_is_in_the_tables_order():
    for table in TABLES:
        schema = column_schema(table)
        assert [column.name for column in schema.columns] == list(table.dtypes)
        for column in schema.columns:
            assert column.description not in (None, "", "None"), (table.name, column.name)
            assert column.constraints.nullable == table.schema.columns[column.name].nullable


def test_times_are_told_with_their_zone_and_a_lone_key_is_unique(specs):
    columns = specs["candles"].metadata["dagster/column_schema"].columns
    assert (columns[0].name, columns[0].type) == ("open_time", "time, UTC")
    assert [column.constraints.unique for column in columns] == [True] + [False] * 5


def test_a_table_lies_where_its_asset_says(specs, home):
    told = specs["backtests"].metadata
    assert told["dagster/table_name"] == "backtest_metrics"
    assert told["dagster/uri"] == f"file://{home.resolve()}/lake/backtest_metrics"


def test_no_login_of_an_object_store_is_shown(home):
    settings = Settings(home=home, lake="s3://bucket/lake")
    specs = build_definitions(settings=settings).resolve_all_asset_specs()
    [candles] = [spec for spec in specs if spec.key.path == ["candles"]]
    assert candles.metadata["dagster/uri"] == "s3://bucket/lake/candles"


def test_tables_of_strategies_lie_in_their_folders(home):
    settings = Settings(home=home, strategies={"fast": {}, "slow": {}})
    specs = build_definitions(settings=settings).resolve_all_asset_specs()
    told = {spec.key.to_user_string(): spec.metadata["dagster/table_name"] for spec in specs}
    assert told["fast/signals"] == "fast/signals"
    assert told["slow/backtests"] == "slow/backtest_metrics"
    assert told["candles"] == "candles"


def test_what_is_made_at_every_bar_is_overdue_an_hour_and_three_bars_after_the_last(specs, home):
    window = specs["candles"].freshness_policy.fail_window.to_timedelta()
    assert window == timedelta(hours=1, minutes=15)
    hours = Settings(home=home, timeframe="1h")
    [candles] = [
        spec
        for spec in build_definitions(settings=hours).resolve_all_asset_specs()
        if spec.key.path == ["candles"]
    ]
    assert candles.freshness_policy.fail_window.to_timedelta() == timedelta(hours=4)
    # Silence of a strategy is no fault: what it says has no badge
    assert specs["signals"].freshness_policy is None
    assert {spec.tags[CADENCE_TAG] for spec in specs.values()} >= {"every_bar", "every_month"}
