"""Each strategy is asked about by itself: its tables, its runs, requests of its assets alone."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from traderai_assets.domain.months import Month
from traderai_assets.instance.gate_notes import gate_finding
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings_sections import TrainingSettings
from traderai_assets.settings_strategies import StrategySettings
from traderai_assets.status.gate import gate_state
from traderai_assets.strategies import strategies_of

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY, APRIL = Month(2026, 2), Month(2026, 4)
DAY = timedelta(days=1)
BTC = "binance.BTC-USDT.1h"


@pytest.fixture
def both(platform):
    """Two strategies, by name; they label alike."""
    fast, slow = StrategySettings(), StrategySettings(training=TrainingSettings(folds=4))
    platform.configure(strategies={"fast": fast, "slow": slow})
    return {strategy.name: strategy for strategy in strategies_of(platform.settings)}


@pytest.fixture
def put_of(platform):
    """Store rows of one strategy's table."""

    def store(strategy, table, month, frame):
        platform.put(table.at(strategy.folder_of(table.name)), month, frame)

    return store


@pytest.fixture
def put_labels(platform):
    """Store what is made of the bars of a look-back as labels of a strategy."""

    def store(strategy):
        lake, platform.lake = platform.lake, platform.lake.of(strategy)
        platform.put_bars(FEBRUARY.start, NOON, LABELS)
        platform.lake = lake
        assert lake.of(strategy).snapshot(LABELS).months(BTC) == ["2026-02", "2026-03"]

    return store


@pytest.fixture
def history(platform, both, put_labels):
    """Candles, features and labels of a look-back."""
    platform.put_bars(FEBRUARY.start, NOON, CANDLES, FEATURES)
    put_labels(both["fast"])


def asked(tick):
    return {
        request.run_key.partition(":")[0]: sorted(
            key.to_user_string() for key in request.asset_selection
        )
        for request in tick.requests
    }


@pytest.mark.usefixtures("history")
def test_a_model_is_asked_for_of_each_strategy_and_of_its_assets_alone(platform):
    tick = platform.tick("stale_models")
    assert asked(tick) == {
        "fast": ["fast/backtests", "fast/models", "fast/record"],
        "slow": ["slow/backtests", "slow/models", "slow/record"],
    }
    fast = tick.requests[0]
    assert fast.job_name == "train"
    assert fast.tags[".dagster/traderai.strategy"] == "fast"
    assert fast.tags["dagster/asset_partition_range_start"] == f"{BTC}|2026-04"
    checks = {key.to_user_string() for key in fast.asset_check_keys}
    assert checks == {
        "features:no_look_ahead",
        "fast/models:look_back_complete",
        "fast/models:every_month_has_a_model",
    }
    assert f"fast: {BTC} has no model, and its look-back is complete" in tick.log
    assert f"slow: {BTC} has no model, and its look-back is complete" in tick.log


@pytest.mark.usefixtures("history")
def test_a_model_of_one_strategy_is_no_model_of_the_other(platform, both, put_of, rows_of):
    put_of(both["fast"], MODELS, APRIL, rows_of(MODELS, model_id=["0" * 32], trained_until=[NOON]))
    tick = platform.tick("stale_models")
    assert list(asked(tick)) == ["slow"]
    assert f"fast: the model of {BTC} knows all up to 2026-03-20 12:00 UTC" in tick.log


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("selected", "still_asked"),
    [("slow", ["fast"]), ("fast", ["slow"]), (None, [])],
)
def test_a_run_of_one_strategy_holds_up_no_other_and_one_of_all_holds_up_all(
    platform, selected, still_asked
):
    keys = [dg.AssetKey([selected, name]) for name in ("models", "backtests")] if selected else []
    platform.instance.add_run(
        dg.DagsterRun(
            job_name="train",
            status=dg.DagsterRunStatus.STARTED,
            asset_selection=frozenset(keys) or None,
            tags={"traderai/market": BTC},
        )
    )
    tick = platform.tick("stale_models")
    assert list(asked(tick)) == still_asked
    for name in {"fast", "slow"} - set(still_asked):
        said = tick.log + tick.reason
        assert f"{name}: a model of {BTC} is being trained" in said


@pytest.mark.usefixtures("history")
def test_a_cause_that_was_asked_for_rests_for_its_strategy_alone(platform):
    first = platform.tick("stale_models")
    fast = next(one for one in first.requests if one.run_key.startswith("fast:"))
    platform.run(fast, dg.DagsterRunStatus.SUCCESS)
    assert list(asked(platform.tick("stale_models"))) == ["slow"]


def test_who_waits_for_data_is_told_by_strategy(platform, both, rows_of, put_of):
    assert platform.tick("stale_models").requests == []
    found = gate_finding(platform.instance)
    assert [one.strategy for one in found.markets] == ["fast", "slow"]
    assert [row["strategy"] for row in gate_state(platform.instance)["markets"]] == ["fast", "slow"]
    put_of(both["fast"], MODELS, APRIL, rows_of(MODELS, model_id=["0" * 32], trained_until=[NOON]))
    platform.tick("stale_models")
    assert [one.strategy for one in gate_finding(platform.instance).markets] == ["slow"]


def test_candles_are_asked_for_once_with_the_labels_of_all(platform):
    request = platform.tick("stale_candles").request
    assert (request.job_name, request.asset_selection) == ("backfill", None)
    assert request.run_key.startswith(f"backfill:{BTC}")


@pytest.mark.usefixtures("history")
def test_labels_of_a_strategy_that_came_later_are_asked_for_with_the_history(platform, put_labels):
    assert platform.tick("stale_candles").reason == f"{BTC} is up to date"
    wide = StrategySettings(training=TrainingSettings(horizon_bars=6))
    platform.configure(strategies={"fast": StrategySettings(), "wide": wide})
    tick = platform.tick("stale_candles")
    assert tick.request.job_name == "backfill"
    assert tick.months == (f"{BTC}|2026-02", f"{BTC}|2026-03")
    put_labels(strategies_of(platform.settings)[1])
    assert platform.tick("stale_candles").reason == f"{BTC} is up to date"


def untested(platform, both, put_of, rows_of, asset):
    """A model of fast that was never tested, and a run of an hour ago that wrote an asset."""
    put_of(both["fast"], MODELS, APRIL, rows_of(MODELS, model_id=["1" * 32], trained_until=[NOON]))
    platform.instance.add_dynamic_partitions("markets", [BTC])
    platform.instance.add_run(
        dg.DagsterRun(
            job_name="train",
            status=dg.DagsterRunStatus.SUCCESS,
            tags={"traderai/market": BTC, f"traderai/writes/{asset}": BTC},
        )
    )


@pytest.mark.parametrize(("asset", "ended"), [("fast/backtests", True), ("slow/backtests", False)])
def test_when_a_training_ended_is_asked_of_the_strategys_own(
    platform, both, put_of, rows_of, asset, ended
):
    from resources.lake.resource import LakeResource
    from sensors.tick_view import TickView

    untested(platform, both, put_of, rows_of, asset)
    assert isinstance(platform.lake, LakeResource)
    view = TickView(platform.instance, platform.lake, platform.exchange, platform.settings)
    market = platform.settings.market_list()[0]
    found = view.of(both["fast"]).last_ended(market, "train")
    assert (found is not None) == ended
    assert view.last_ended(market, "train") is not None


def test_a_strategy_takes_its_own_settings_and_reads_shared_tables_once(platform, both):
    from sensors.tick_view import TickView

    view = TickView(platform.instance, platform.lake, platform.exchange, platform.settings)
    fast, slow = view.of(both["fast"]), view.of(both["slow"])
    assert (fast.settings.training.folds, slow.settings.training.folds) == (5, 4)
    assert fast.table(CANDLES) is slow.table(CANDLES) is view.table(CANDLES)
    assert fast.table(LABELS) is slow.table(LABELS)
    assert fast.table(MODELS) is not slow.table(MODELS)
