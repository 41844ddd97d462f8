import dagster as dg
import pytest
from dagster._core.storage.dagster_run import DagsterRun

from traderai_assets.domain.months import Month
from traderai_assets.instance.run_coordinator import note_open_month, open_month, queue_tags

MARKET = "binance.BTC-USDT.5m"


def run_of(*assets, job="__ASSET_JOB", **tags):
    selection = {dg.AssetKey(asset) for asset in assets} or None
    return DagsterRun(
        job_name=job,
        asset_selection=selection,
        tags={k.replace("__", "/"): v for k, v in tags.items()},
    )


def test_a_run_from_the_materialize_button_gets_class_priority_market_and_writer():
    run = run_of("models", dagster__partition=f"{MARKET}|2026-10")
    assert queue_tags(run, "2026-10") == {
        "traderai/class": "training",
        "dagster/priority": "5",
        "traderai/market": MARKET,
        "traderai/exchange": "binance",
        "traderai/writer": f"training/{MARKET}",
    }


def test_a_range_over_the_open_month_and_an_older_one_is_backfill():
    run = run_of(
        job="backfill",
        dagster__asset_partition_range_start=f"{MARKET}|2026-08",
        dagster__asset_partition_range_end=f"{MARKET}|2026-10",
    )
    assert queue_tags(run, "2026-10")["traderai/class"] == "backfill"


def test_backfill_and_update_of_one_market_count_as_one_writer():
    old = run_of("candles", dagster__partition=f"{MARKET}|2026-08")
    new = run_of("candles", dagster__partition=f"{MARKET}|2026-10")
    writers = {queue_tags(run, "2026-10")["traderai/writer"] for run in (old, new)}
    assert writers == {f"backfill/{MARKET}"}


def test_a_champion_is_partitioned_by_market_alone():
    tags = queue_tags(run_of("champions", dagster__partition=MARKET), "2026-10")
    assert (tags["traderai/class"], tags["traderai/market"]) == ("training", MARKET)


def test_a_priority_set_by_hand_is_overwritten():
    run = run_of(
        "signal_snapshots", dagster__partition=f"{MARKET}|2026-10", dagster__priority="1000"
    )
    assert queue_tags(run, "2026-10")["dagster/priority"] == "1"


def test_the_open_month_is_the_one_the_exchange_last_showed():
    with dg.DagsterInstance.ephemeral() as instance:
        note_open_month(instance, "binance", Month(2023, 12))
        assert open_month(instance, "binance") == "2023-12"
        assert open_month(instance, "kraken") >= "2026-11"


@pytest.mark.parametrize("job", ["maintain_lake", "somebody_elses_job"])
def test_a_run_without_assets_is_never_urgent(job):
    assert queue_tags(run_of(job=job), "2026-10") == {
        "traderai/class": "historical",
        "dagster/priority": "1",
    }
