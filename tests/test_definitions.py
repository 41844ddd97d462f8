"""The whole platform as it is loaded: its graph as it was agreed on, and nothing heavy."""

import json
import subprocess
import sys
from typing import Any

import dagster as dg
import pytest

from traderai_assets.domain.queue.hand_jobs import HAND_JOBS
from traderai_assets.instance.live_runs import ASSETS_TAG
from traderai_assets.instance.months_read import MonthsRead
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.settings import Settings
from traderai_assets.work_classes import JOBS, LIVE_JOB

# Asset, partitions, group, owner, kinds; what it reads, and of which months counted from its own.
# A change here changes the platform: what is stale, what a backfill expands to, who is asked.
GRAPH = """
backtests: market x served month, models, team:research, deltalake numba
  candles -2..0
  features 0..0
  models 0..0
candles: market x month, market_data, team:data, ccxt deltalake
champions: market, live, team:research, deltalake
  models all
  verdict all
drift_metrics: market x month, live, team:research, deltalake scipy
  champions all
  features -1..0
  signal_outcomes -1..0
  signals -1..0
features: market x month, learning_data, team:research, deltalake talib
  candles -1..0
labels: market x month, learning_data, team:research, deltalake numba
  candles -1..0
models: market x served month, models, team:research, deltalake lightgbm xgboost
  candles -2..-1
  features -2..-1
  labels -2..-1
record: market x served month, models, team:research, deltalake
  backtests 0..0
  candles 0..0
  models 0..0
signal_outcomes: market x month, live, team:trading, deltalake numba
  candles -1..0
  signals -1..0
signal_snapshots: market x month, history, team:research, deltalake
  candles -1..1
  features 0..0
  models 0..0
signals: market x month, live, team:trading, deltalake
  champions all
  features 0..0
verdict: whole, models, team:research, deltalake
  record all
"""

# Each run starts a process, and pays for every import. pandas, numpy, pandera and (through pandas)
# pyarrow are needed to say what a table is.
HEAVY = {
    "aiohttp",
    "ccxt",
    "dagster_graphql",
    "dagster_webserver",
    "deltalake",
    "hypothesis",
    "lightgbm",
    "matplotlib",
    "numba",
    "optuna",
    "requests",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "talib",
    "xgboost",
}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory) -> dg.Definitions:
    from traderai_assets.definitions import build_definitions

    return build_definitions(settings=Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def specs(definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def partitions_of(spec: dg.AssetSpec) -> str:
    definition: Any = spec.partitions_def
    if definition is None:
        return "whole"
    if isinstance(definition, dg.DynamicPartitionsDefinition):
        return "market"
    [months] = [one.partitions_def for one in definition.partitions_defs if one.name == "month"]
    return {1: "market x month", 2: "market x served month"}[months.end_offset]


def months_of(mapping: dg.PartitionMapping | None) -> str:
    if mapping is None:  # Of what is not partitioned itself
        return "all"
    if isinstance(mapping, dg.MultiToSingleDimensionPartitionMapping):
        assert mapping.partition_dimension_name == "market"
        return "all"
    if isinstance(mapping, MonthsRead):  # Of ordinary bars; of others tests/domain/test_reach.py
        [span] = {tuple(mapping.spans[timeframe]) for timeframe in ("1m", "5m", "1h")}
        return "{}..{}".format(*span)
    by_dimension = mapping.downstream_mappings_by_upstream_dimension  # type: ignore[attr-defined]
    assert isinstance(by_dimension["market"].partition_mapping, dg.IdentityPartitionMapping)
    months = by_dimension["month"].partition_mapping
    assert months.allow_nonexistent_upstream_partitions
    return f"{months.start_offset}..{months.end_offset}"


def test_the_graph_is_the_one_that_was_agreed_on(specs):
    lines = [""]
    for name, spec in sorted(specs.items()):
        kinds = " ".join(sorted(spec.kinds))
        owners = " ".join(spec.owners)
        lines.append(f"{name}: {partitions_of(spec)}, {spec.group_name}, {owners}, {kinds}")
        deps = {dep.asset_key.to_user_string(): dep.partition_mapping for dep in spec.deps}
        lines += [f"  {dep} {months_of(mapping)}" for dep, mapping in sorted(deps.items())]
    assert "\n".join([*lines, ""]) == GRAPH


def test_every_asset_says_what_it_is_and_carries_a_code_version(specs):
    assert all(spec.description and spec.description.endswith(".") for spec in specs.values())
    assert all(spec.code_version for spec in specs.values())


def test_one_run_takes_any_number_of_partitions_of_every_asset(definitions, specs):
    assets = [one for one in definitions.resolve_asset_graph().assets_defs if one.keys]
    policies = {asset.key.to_user_string(): asset.backfill_policy for asset in assets}
    assert policies == dict.fromkeys(specs, dg.BackfillPolicy.single_run())


def test_nothing_passes_through_an_io_manager(definitions, specs):
    # Dagster's own pickles what an asset returns; ours return nothing and write to the lake.
    for key in specs:
        inputs = definitions.resolve_assets_def(dg.AssetKey(key)).op.ins.values()
        assert all(one.dagster_type.is_nothing for one in inputs)


def test_every_asset_has_a_table(specs):
    tables = {table.name for table in TABLES}
    assert set(specs) - tables == {"backtests"}
    assert {"backtest_metrics", "backtest_trades", "backtest_equity"} <= tables


def test_each_job_writes_what_the_table_of_work_classes_says(definitions):
    jobs = {job.name: job for job in definitions.resolve_all_job_defs()}
    assert set(JOBS) == {name for name in jobs if not name.startswith("__")}
    for name, assets in JOBS.items():
        layer = jobs[name].asset_layer
        if name in {LIVE_JOB, *HAND_JOBS}:  # An op; the queue is told by a tag what it makes
            assert set(filter(None, jobs[name].tags.get(ASSETS_TAG, "").split(","))) == assets
        else:
            assert {key.to_user_string() for key in layer.executable_asset_keys} == assets
        assert jobs[name].description


def test_what_blocks_a_run_and_what_only_warns(definitions):
    blocking = {}
    for asset in definitions.resolve_asset_graph().assets_defs:
        blocking |= {spec.name: spec.blocking for spec in asset.check_specs}
    assert blocking == {
        "candle_contract": True,
        "look_back_complete": True,
        "no_look_ahead": True,
        "every_month_has_a_model": False,
        "nothing_refused": False,
        "nothing_failed_to_arrive": False,
        "no_impossible_step": False,
        "silence_is_believed": False,
    }


def test_a_resource_can_be_replaced_by_name(tmp_path):
    from resources.lake.resource import LakeResource
    from traderai_assets.definitions import build_definitions

    lake = LakeResource(root=str(tmp_path))
    built = build_definitions(settings=Settings(home=tmp_path), resources={"lake": lake})
    assert built.resources["lake"] is lake
    assert set(built.resources) == {"settings", "lake", "studies", "exchange", "io_manager"}


def said_by(program, folder):
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, cwd=folder, text=True)  # noqa: S603
    return done.stdout


@pytest.mark.processes
def test_loading_the_platform_brings_in_nothing_heavy(repository):
    program = (
        "import json, sys\n"
        "from traderai_assets.definitions import build_definitions\n"
        "build_definitions().resolve_all_job_defs()\n"
        "print(json.dumps([name for name in sys.modules if '.' not in name]))"
    )
    assert HEAVY & set(json.loads(said_by(program, repository))) == set()


@pytest.mark.processes
def test_the_three_packages_are_those_of_this_repository(repository, tmp_path):
    # `resources` and `sensors` are names that anybody might use.
    program = (
        "import importlib.util, json\n"
        "names = ('traderai_assets', 'resources', 'sensors')\n"
        "print(json.dumps([importlib.util.find_spec(name).origin for name in names]))"
    )
    assert json.loads(said_by(program, tmp_path)) == [
        str(repository / name / "__init__.py")
        for name in ("traderai_assets", "resources", "sensors")
    ]
