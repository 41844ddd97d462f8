"""Long bars and long look-backs, really run: what is read, what comes of it, what is refused."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.stored_versions import stale
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.months import Month
from traderai_assets.runs.inputs import event_inputs
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS

NOW = datetime(2024, 6, 12, 5, 30, tzinfo=UTC)
JUNE, JULY = Month(2024, 6), Month(2024, 7)
SMALL = {"folds": 2, "horizon_bars": 2, "minimum_rows": 25}
# Timeframe, days; months before July that are learned from, and those before that warm up
YEAR_OF_DAYS = ("1d", 365, 13, 10)
EVERY = [
    ("1m", 2, 2, 1),
    ("5m", 7, 2, 1),
    ("1h", 30, 2, 1),
    ("1h", 200, 8, 1),
    ("4h", 200, 8, 2),
    ("4h", 400, 15, 2),
    YEAR_OF_DAYS,
    ("1d", 400, 15, 10),
    ("1d", 730, 25, 10),
]


@pytest.fixture
def open_long(tmp_path: Path) -> Iterator[Callable[..., InProcessPlatform]]:
    """Open a platform whose market has been listed since 2021."""

    @contextmanager
    def opening(timeframe: str, days: int) -> Iterator[InProcessPlatform]:
        feed = SimulatedFeed(seed=7, since=datetime(2021, 1, 1, tzinfo=UTC))
        training = SMALL | {"lookback_days": days}
        with opened(
            tmp_path, feed, NOW, timeframe=timeframe, history_days=1_200, training=training
        ) as platform:
            yield platform

    return opening


def candles_read(platform: InProcessPlatform, asset: str, month: Month) -> list[str]:
    """The months of candles of which the last event of a partition says that it was made."""
    asked = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[platform.key(month.key)])
    [record] = platform.instance.fetch_materializations(asked, limit=1).records
    assert record.asset_materialization is not None
    return sorted((event_inputs(record.asset_materialization) or {})["candles"])


def keys(first: Month, last: Month) -> list[str]:
    found = [first]
    while found[-1] < last:
        found.append(found[-1].shift(1))
    return [month.key for month in found]


def correct(platform: InProcessPlatform, month: Month) -> None:
    """Let the exchange correct the last candle of a month, and fetch that."""
    last = platform.rows(CANDLES, month.key).iloc[-1]
    platform.revise(last["open_time"].to_pydatetime(), high=float(last["high"]) * 1.01)
    platform.fetch(month.key, refetch=True)


def test_a_corrected_candle_of_the_oldest_month_read_makes_a_month_of_features_stale_and_no_older(
    open_long,
):
    with open_long("12h", 365) as platform:
        oldest = JUNE.shift(-6)
        platform.fetch(oldest.shift(-1).key, JUNE.key)
        platform.run("update_latest", JUNE.key, only=["features", "labels"])
        # 300 half days are 150 days: five months; 288 + 2 * 2 + 1 are 146.5
        assert candles_read(platform, "features", JUNE) == keys(JUNE.shift(-5), JUNE)
        assert candles_read(platform, "labels", JUNE) == keys(JUNE.shift(-5), JUNE)
        assert platform.rows(FEATURES, JUNE.key).notna().all(axis=None)
        assert len(platform.rows(LABELS, JUNE.key)) > 20
        correct(platform, JUNE.shift(-6))
        assert stale(platform) == {}
        correct(platform, JUNE.shift(-5))
        assert stale(platform) == {"features": [JUNE.key], "labels": [JUNE.key]}


@pytest.mark.torture
@pytest.mark.parametrize(("timeframe", "days", "learned", "warm_up"), EVERY)
def test_all_runs_from_candles_to_drift_and_the_gate_asks_for_every_month_that_is_read(
    open_long, timeframe, days, learned, warm_up
):
    with open_long(timeframe, days) as platform:
        first = JULY.shift(-learned)
        platform.run("backfill", first.key, JUNE.key)
        if warm_up > 1:
            since = f"{Month.of(NOW - timedelta(days=days + 1)).shift(-warm_up).start:%Y-%m-%d}"
            with pytest.raises(NotEnoughData, match=f"features warm up.* --since {since}"):
                platform.run("train", JULY.key)
        platform.run("backfill", first.shift(-warm_up).key, JUNE.key)
        platform.run("train", JULY.key)
        [model] = platform.rows(MODELS, JULY.key).to_dict("records")
        inputs = json.loads(model["card"])["inputs"]
        learned_of = sorted(name for name in inputs if name.startswith("features/"))
        assert learned_of[0] >= f"features/{first.key}"
        assert learned_of[-1] == f"features/{JUNE.key}"
        assert len(platform.rows(BACKTEST_METRICS, JULY.key))
        platform.run("choose_champion")
        platform.run("generate_signals", JUNE.key)
        platform.run("expire_signals", JUNE.key)
        platform.run("replay_history", JUNE.key)
        platform.run("monitor_drift", JUNE.key)
        assert stale(platform) == {}
