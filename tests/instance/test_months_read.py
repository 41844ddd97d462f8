"""The mapping that Dagster asks which months an asset reads, of markets of every timeframe."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.definitions.partitions.subset import AllPartitionsSubset, DefaultPartitionsSubset
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._core.scheduler import Scheduler
from dagster._serdes import deserialize_value, serialize_value

from traderai_assets.definitions import build_definitions
from traderai_assets.instance import months_read as months_read_module
from traderai_assets.instance.months_read import MonthsRead, months_read
from traderai_assets.partitions import MARKETS, market_months, market_served_months
from traderai_assets.settings import load_settings

REPOSITORY = Path(__file__).parents[2]
SHORT, LONG = "binance.BTC-USDT.5m", "binance.BTC-USDT.1d"
MAPPING = MonthsRead("features", {"5m": (-1, 0), "1d": (-3, 0)})


@pytest.fixture(autouse=True)
def in_march():
    """Two markets are kept, and it is the middle of March 2026."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(MARKETS, [SHORT, LONG])
        with partition_loading_context(datetime(2026, 3, 15, tzinfo=UTC), instance):
            yield


def upstream(mapping, *keys):
    found = mapping.get_upstream_mapped_partitions_result_for_partitions(
        DefaultPartitionsSubset({*keys}), market_months, market_months
    )
    return sorted(found.partitions_subset.get_partition_keys())


def downstream(mapping, *keys):
    found = mapping.get_downstream_partitions_for_partitions(
        DefaultPartitionsSubset({*keys}), market_months, market_served_months
    )
    return sorted(found.get_partition_keys())


def months(market, *keys):
    return [f"{market}|{key}" for key in keys]


def test_each_market_reads_as_many_months_as_its_timeframe_needs():
    asked = f"{SHORT}|2026-02", f"{LONG}|2026-02"
    assert upstream(MAPPING, asked[0]) == months(SHORT, "2026-01", "2026-02")
    assert upstream(MAPPING, asked[1]) == months(LONG, "2025-11", "2025-12", "2026-01", "2026-02")
    assert upstream(MAPPING, *asked) == upstream(MAPPING, asked[1]) + upstream(MAPPING, asked[0])


def test_each_month_is_read_by_as_many_after_it():
    changed = f"{SHORT}|2025-11", f"{LONG}|2025-11"
    read_by = months(LONG, "2025-11", "2025-12", "2026-01", "2026-02")
    assert downstream(MAPPING, changed[1]) == read_by
    assert downstream(MAPPING, *changed) == read_by + months(SHORT, "2025-11", "2025-12")


def test_what_lies_before_the_first_month_is_not_asked_for():
    assert upstream(MAPPING, f"{LONG}|2017-02") == months(LONG, "2017-01", "2017-02")


def test_all_partitions_are_read_by_all():
    with partition_loading_context() as context:
        every = AllPartitionsSubset(market_months, context)
        found = MAPPING.get_downstream_partitions_for_partitions(
            every, market_months, market_months
        )
    assert len(list(found.get_partition_keys())) == 2 * (9 * 12 + 3)


def test_a_mapping_that_was_not_filled_in_says_who_fills_it_in():
    with pytest.raises(dg.DagsterInvariantViolationError, match=r"build_definitions\(\)"):
        upstream(months_read("features"), f"{LONG}|2026-02")


def test_the_web_server_is_told_each_mapping_as_the_code_server_has_it(tmp_path):
    settings = load_settings(tmp_path / "none.toml", training={"lookback_days": 200})
    repository = build_definitions(settings=settings).get_repository_def()
    told = deserialize_value(serialize_value(RepositorySnap.from_def(repository)), RepositorySnap)
    graph = repository.asset_graph
    sent = {
        (snap.asset_key, edge.parent_asset_key): edge.partition_mapping
        for snap in told.asset_nodes
        for edge in snap.parent_edges
        if isinstance(edge.partition_mapping, MonthsRead)
    }
    assert len(sent) == 12
    for (asset, parent), mapping in sent.items():
        assert mapping == graph.get(asset).partition_mappings[parent]
    learned = sent[dg.AssetKey("models"), dg.AssetKey("features")]
    assert learned.spans["5m"] == [-8, -1]


@pytest.mark.parametrize("file", ["dagster.yaml", "deploy/dagster.yaml"])
def test_whoever_opens_the_instance_knows_the_mapping(file):
    # Of what dagster.yaml names only storages and scheduler are loaded at once
    asked = yaml.safe_load((REPOSITORY / file).read_text())["scheduler"]
    assert asked["module"] == MonthsRead.__module__
    assert issubclass(getattr(months_read_module, asked["class"]), Scheduler)


@pytest.mark.processes
def test_a_bare_process_of_dagsters_has_the_mapping_once_it_has_opened_the_instance(tmp_path):
    (tmp_path / "dagster.yaml").symlink_to(REPOSITORY / "dagster.yaml")
    opens = "import sys, dagster; dagster.DagsterInstance.get(); "
    asks = f"sys.exit({MonthsRead.__module__!r} not in sys.modules)"
    surroundings = os.environ | {"DAGSTER_HOME": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", opens + asks], env=surroundings).returncode == 0  # noqa: S603
