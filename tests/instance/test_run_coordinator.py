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


def test_a_run_from_the_materialize_button_gets_all_that_the_queue_goes_by():
    run = run_of("models", dagster__partition=f"{MARKET}|2026-10")
    assert queue_tags(run, "2026-10") == {
        "traderai/class": "training",
        "dagster/priority": "5",
        "dagster/max_retries": "3",
        "dagster/retry_on_asset_or_op_failure": "false",
        "traderai/market": MARKET,
        "traderai/exchange": "binance",
        "traderai/writes/models": MARKET,
    }


def test_a_range_over_the_open_month_and_an_older_one_is_backfill():
    run = run_of(
        job="backfill",
        dagster__asset_partition_range_start=f"{MARKET}|2026-08",
        dagster__asset_partition_range_end=f"{MARKET}|2026-10",
    )
    assert queue_tags(run, "2026-10")["traderai/class"] == "backfill"


def written(run):
    return {tag: value for tag, value in queue_tags(run, "2026-10").items() if "/writes/" in tag}


def test_backfill_and_update_of_one_market_write_the_same():
    old = run_of("candles", dagster__partition=f"{MARKET}|2026-08")
    new = run_of("candles", dagster__partition=f"{MARKET}|2026-10")
    assert written(old) == written(new) == {"traderai/writes/candles": MARKET}


def test_a_run_that_spans_classes_waits_for_the_writers_of_each_of_its_assets():
    both = run_of("candles", "models", dagster__partition=f"{MARKET}|2026-10")
    assert written(both) == {"traderai/writes/candles": MARKET, "traderai/writes/models": MARKET}
    job = run_of(job="train", dagster__partition=f"{MARKET}|2026-10")
    assert written(job) == {"traderai/writes/models": MARKET, "traderai/writes/backtests": MARKET}


def test_a_writer_set_by_hand_holds_up_nobody_else():
    hostile = run_of(
        "signals", dagster__partition=f"{MARKET}|2026-10", traderai__writes__models=MARKET
    )
    assert written(hostile) == {
        "traderai/writes/signals": MARKET,
        "traderai/writes/models": hostile.run_id,
    }


def test_a_run_that_is_tried_again_does_not_show_the_progress_of_the_first():
    again = run_of(
        "models",
        dagster__partition=f"{MARKET}|2026-10",
        traderai__progress="failed at 2026-10 search 42%",
        traderai__progress_state="failed",
    )
    stamped = queue_tags(again, "2026-10")
    assert (stamped["traderai/progress"], stamped["traderai/progress_state"]) == ("", "")


def test_only_what_talks_to_an_exchange_is_tried_again_after_an_error():
    fetch = run_of("candles", dagster__partition=f"{MARKET}|2026-08")
    assert queue_tags(fetch, "2026-10")["dagster/retry_on_asset_or_op_failure"] == "true"


def test_a_champion_is_partitioned_by_market_alone():
    tags = queue_tags(run_of("champions", dagster__partition=MARKET), "2026-10")
    assert (tags["traderai/class"], tags["traderai/market"]) == ("training", MARKET)


def test_what_is_set_by_hand_is_overwritten():
    mine = {
        "dagster__priority": "1000",
        "traderai__class": "backfill",
        "dagster__max_retries": "99",
    }
    run = run_of("signal_snapshots", dagster__partition=f"{MARKET}|2026-10", **mine)
    stamped = queue_tags(run, "2026-10")
    assert [stamped[tag.replace("__", "/")] for tag in mine] == ["1", "historical", "3"]


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
        "dagster/max_retries": "3",
        "dagster/retry_on_asset_or_op_failure": "false",
    }
