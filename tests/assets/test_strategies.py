"""Two strategies on two markets, through the real assets: nothing of one is the other's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from tests.assets.conftest import NOW
from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.markets import Market
from traderai_assets.partitions import MARKETS, partition_key
from traderai_assets.registry.reproduction import differences, train_again
from traderai_assets.registry.stored_models import find_model
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of, tables_of

pytestmark = pytest.mark.slow

MAY, JUNE = "2024-05", "2024-06"
TWO: dict[str, Any] = {"fast": {}, "slow": {"training": {"horizon_bars": 6}}}
QUICK: dict[str, Any] = {
    "markets": ("binance:BTC/USDT", "binance:ETH/USDT"),
    "search": {"learner_trials": 1, "policy_trials": 2, "horizon_bars": ()},
}


def of_each_market(platform: InProcessPlatform) -> Iterator[Market]:
    for market in platform.settings.market_list():
        platform.market = market
        yield market


def rows(platform: InProcessPlatform, table: Table, name: str, month: str = ALL_MONTHS) -> Any:
    [strategy] = [one for one in strategies_of(platform.settings) if one.name == name]
    return platform.lake.of(strategy).snapshot(table).read(platform.market.key, [month])


def ids(platform: InProcessPlatform, name: str) -> dict[tuple[str, str], list[str]]:
    return {
        (market.key, month): list(rows(platform, MODELS, name, month)["model_id"])
        for market in of_each_market(platform)
        for month in (MAY, JUNE)
    }


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("strategies")


@pytest.fixture(scope="module")
def made(
    home: Path, feed: SimulatedFeed, instance: dg.DagsterInstance
) -> Iterator[InProcessPlatform]:
    """Two months of two markets, all of it made for both strategies by runs without a selection."""
    with opened(home, feed, NOW, instance=instance, strategies=TWO, **QUICK) as platform:
        instance.add_dynamic_partitions(
            MARKETS, [market.key for market in platform.settings.market_list()]
        )
        for _ in of_each_market(platform):
            platform.run("backfill", "2024-03", JUNE)
            platform.run("train", MAY, JUNE)
            platform.run("choose_champion")
            platform.run("generate_signals", JUNE)
            platform.run("expire_signals", JUNE)
            platform.run("replay_history", MAY, JUNE)
            platform.run("monitor_drift", JUNE)
        yield platform


def test_every_table_of_a_strategy_is_its_own_and_shared_ones_are_there_once(
    made: InProcessPlatform,
):
    folders = {path.name for path in Path(made.settings.lake_root).iterdir()}
    tables = {table.path for table in tables_of(made.settings)}
    assert not folders & {"models", "labels", "signals"}
    shared = {"candles", "features", "champions"}
    assert shared | {"fast", "slow", "3_bars_1", "6_bars_1"} <= folders
    assert set(made.lake.remembered()) <= tables
    for market in of_each_market(made):
        for name, horizon in (("fast", 3), ("slow", 6)):
            labels = rows(made, LABELS, name, MAY)
            held = (labels["label_end"] - labels["open_time"]).max()
            assert held == (horizon + 1) * market.bar
            [spoken_for] = champion_periods(rows(made, CHAMPIONS, name))
            assert (spoken_for.strategy in {"fast", "slow"}, spoken_for.paper) == (True, True)
            assert len(rows(made, BACKTEST_METRICS, name, MAY)) >= 1
    assert len(rows(made, SIGNAL_SNAPSHOTS, "fast", MAY)) > 0


def test_their_models_are_others_and_each_is_the_one_it_would_be_alone(
    made: InProcessPlatform, feed: SimulatedFeed, tmp_path: Path
):
    fast, slow = ids(made, "fast"), ids(made, "slow")
    assert all(len(found) == 1 for found in (*fast.values(), *slow.values()))
    assert not {one for [one] in fast.values()} & {one for [one] in slow.values()}
    with opened(tmp_path, feed, NOW, **QUICK) as alone:  # The strategy without a name
        alone.run("backfill", "2024-03", JUNE)
        alone.run("train", MAY, MAY)
        [model] = alone.rows(MODELS, MAY)["model_id"]
    assert [model] == fast["binance.BTC-USDT.1h", MAY]


def test_each_event_names_what_it_was_made_of_by_the_keys_of_its_strategy(
    made: InProcessPlatform, instance: dg.DagsterInstance
):
    [market, _] = made.settings.market_list()
    for name, labels in (("fast", "3_bars_1/labels"), ("slow", "6_bars_1/labels")):
        sources = {
            f"{name}/models": {labels, "features", "candles"},
            f"{name}/backtests": {f"{name}/models", "features", "candles"},
        }
        for asset, expected in sources.items():
            event = instance.fetch_materializations(
                dg.AssetRecordsFilter(
                    dg.AssetKey(asset.split("/")),
                    asset_partitions=[partition_key(market.key, MAY)],
                ),
                limit=1,
            ).records[0]
            tags = event.asset_materialization.tags
            prefix = "dagster/input_data_version/"
            found = {tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)}
            assert found == expected
            assert "none" not in {tags[f"{prefix}{source}"] for source in expected}


def test_a_model_is_found_by_its_id_and_made_again_of_its_strategys_rows(made: InProcessPlatform):
    [wanted] = ids(made, "slow")["binance.ETH-USDT.1h", JUNE]
    stored = find_model(made.lake, wanted, strategies_of(made.settings))
    assert (stored.strategy.name, stored.market.symbol) == ("slow", "ETH/USDT")
    again = train_again(made.lake.of(stored.strategy), stored, lambda _: None)
    assert differences(stored, again) == []


def stale_models(instance: dg.DagsterInstance, platform: InProcessPlatform) -> set[str]:
    graph = platform.definitions.resolve_asset_graph()
    resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
    return {
        asset.path[0]
        for asset in graph.materializable_asset_keys
        for key in instance.get_materialized_partitions(asset)
        if asset.path[-1] == "models" and resolver.get_status(asset, key) == StaleStatus.STALE
    }


def test_other_settings_make_models_stale_of_that_strategy_alone_and_anew(
    made: InProcessPlatform, instance: dg.DagsterInstance
):
    assert stale_models(instance, made) == set()
    before = {name: ids(made, name) for name in TWO}
    changed = {**TWO, "slow": {"training": {"horizon_bars": 6, "folds": 3}}}
    later = InProcessPlatform(made.home, made.sandbox, instance, strategies=changed, **QUICK)
    assert stale_models(instance, later) == {"slow"}
    later.run("train", MAY, MAY)
    after = {name: ids(later, name) for name in TWO}
    assert after["fast"] == before["fast"]
    anew = {key for key in after["slow"] if after["slow"][key] != before["slow"][key]}
    assert anew == {("binance.BTC-USDT.1h", MAY)}
    assert len(after["slow"]["binance.BTC-USDT.1h", MAY]) == 2


def test_a_run_of_one_strategy_makes_and_checks_nothing_of_the_other(
    made: InProcessPlatform, instance: dg.DagsterInstance
):
    made.market = made.settings.market_list()[0]
    key = partition_key(made.market.key, JUNE)
    done = made.definitions.resolve_job_def("train").execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey(["fast", "models"]), dg.AssetKey(["fast", "backtests"])],
        partition_key=key,
    )
    written = {
        event.asset_key.to_user_string() for event in done.get_asset_materialization_events()
    }
    checked = {one.asset_key.to_user_string() for one in done.get_asset_check_evaluations()}
    assert written == {"fast/models", "fast/backtests"}
    assert checked == {"fast/models"}


def test_without_strategies_all_is_called_and_lies_as_it_did(tmp_path: Path):
    from traderai_assets.definitions import build_definitions

    built = build_definitions(settings=Settings(home=tmp_path))
    graph = built.resolve_asset_graph()
    assert all(len(key.path) == 1 for key in graph.materializable_asset_keys)
    groups = {graph.get(key).group_name for key in graph.materializable_asset_keys}
    assert groups == {"market_data", "learning_data", "models", "live", "history"}


def test_with_strategies_each_is_a_group_of_its_own(made: InProcessPlatform):
    graph = made.definitions.resolve_asset_graph()
    groups: dict[str, set[str]] = {}
    for key in graph.materializable_asset_keys:
        groups.setdefault(graph.get(key).group_name, set()).add(key.to_user_string())
    assert groups["learning_data"] == {"features", "3_bars_1/labels", "6_bars_1/labels"}
    assert groups["fast"] == {key.replace("slow/", "fast/") for key in groups["slow"]}
    assert len(groups["fast"]) == 8
    assert groups["live"] == {"champions"}
    assert set(groups) == {"market_data", "learning_data", "live", "fast", "slow"}
