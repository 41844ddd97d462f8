"""A strategy is judged when its record is another than the one judged last, and is whole."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from tests.sensors.conftest import BTC, ETH
from tests.sensors.recorded import put_days, put_verdict
from traderai_assets.registry.stored_records import record_hash
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.settings_sections import TrainingSettings
from traderai_assets.settings_strategies import StrategySettings

FIRST, LAST = datetime(2026, 2, 22, tzinfo=UTC), datetime(2026, 3, 19, tzinfo=UTC)


@pytest.fixture
def recorded(platform, kept, rows_of):
    kept(BTC.key, ETH.key)
    put_days(platform, rows_of, FIRST, LAST, BTC)


def running(platform, job, market, *months):
    keys = [f"{market.key}|{month}" for month in months]
    request = dg.RunRequest(
        run_key=f"{job}:{keys}",
        job_name=job,
        tags={
            "dagster/asset_partition_range_start": keys[0],
            "dagster/asset_partition_range_end": keys[-1],
        },
    )
    platform.run(request, dg.DagsterRunStatus.STARTED)


def test_without_a_record_nothing_is_judged(platform):
    assert platform.tick("unjudged_records").reason == "strategy default has no record"


@pytest.mark.usefixtures("recorded")
def test_a_record_is_judged_once(platform, rows_of):
    tick = platform.tick("unjudged_records")
    assert tick.request.job_name == "judge"
    assert "the record of strategy default is newer than its verdict" in tick.log
    put_verdict(platform, rows_of, record_hash(platform.lake.snapshot(RECORD_DAYS)))
    assert platform.tick("unjudged_records").reason == "strategy default is judged"


@pytest.mark.usefixtures("recorded")
def test_a_revision_is_another_record(platform, rows_of):
    put_verdict(platform, rows_of, record_hash(platform.lake.snapshot(RECORD_DAYS)))
    put_days(platform, rows_of, LAST, LAST, BTC, net=0.25)
    assert platform.tick("unjudged_records").request.job_name == "judge"


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("market", "months", "waits"),
    [
        (ETH, ("2026-03",), True),  # Its record begins
        (BTC, ("2026-01", "2026-03"), True),  # Months before those it has
        (BTC, ("2026-02", "2026-03"), False),  # It goes on
    ],
)
def test_nothing_is_judged_while_a_markets_past_is_made(platform, market, months, waits):
    running(platform, "train", market, *months)
    tick = platform.tick("unjudged_records")
    assert (not tick.requests) == waits
    if waits:
        assert f"which makes the record of {market.key} from {months[0]} on" in tick.reason


@pytest.mark.usefixtures("recorded")
def test_a_judgement_rests_a_while(platform, rows_of):
    asked = platform.tick("unjudged_records").request
    tags = {**asked.tags, "dagster/run_key": asked.run_key}
    status = dg.DagsterRunStatus.SUCCESS
    platform.instance.add_run(dg.DagsterRun(job_name="judge", status=status, tags=tags))
    put_days(platform, rows_of, LAST, LAST + timedelta(days=1), BTC)
    assert platform.tick("unjudged_records").reason == "strategy default was judged a moment ago"


def test_each_strategy_is_asked_about_by_itself(platform, kept, rows_of):
    kept(BTC.key)
    slow = StrategySettings(training=TrainingSettings(folds=4))
    platform.configure(strategies={"fast": StrategySettings(), "slow": slow})
    lake, platform.lake = platform.lake, _of(platform, "slow")
    put_days(platform, rows_of, FIRST, LAST, BTC)
    platform.lake = lake
    tick = platform.tick("unjudged_records")
    assert tick.request.asset_selection == [dg.AssetKey(["slow", "verdict"])]
    assert tick.request.tags[".dagster/traderai.strategy"] == "slow"
    assert "strategy fast has no record" in tick.log


def test_a_damaged_verdict_does_not_stop_the_other_strategies(platform, kept, rows_of, tmp_path):
    kept(BTC.key)
    slow = StrategySettings(training=TrainingSettings(folds=4))
    platform.configure(strategies={"fast": StrategySettings(), "slow": slow})
    base = platform.lake
    for name in ("fast", "slow"):
        platform.lake = base
        platform.lake = _of(platform, name)
        put_days(platform, rows_of, FIRST, LAST, BTC)
        put_verdict(platform, rows_of, "of another record")
    platform.lake = base
    [file] = (tmp_path / "lake" / "fast" / "verdict").rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:-200])
    tick = platform.tick("unjudged_records")
    assert tick.request.asset_selection == [dg.AssetKey(["slow", "verdict"])]
    assert "strategy fast cannot be judged" in tick.log


def _of(platform, name):
    from traderai_assets.domain.strategies.strategy import Strategy

    return platform.lake.of(Strategy(name))
