import dagster as dg
import pytest
from dagster._core.storage.dagster_run import DagsterRun
from dagster._core.storage.tags import HIDDEN_TAG_PREFIX

from traderai_assets.domain.months import Month
from traderai_assets.domain.queue.policy import QueueRun, next_runs, waits
from traderai_assets.domain.run_tags import named, tag_of
from traderai_assets.instance.live_runs import contested_now, live_run_config
from traderai_assets.instance.open_months import note_open_month, open_month
from traderai_assets.instance.run_coordinator import market_of, queue_tags
from traderai_assets.instance.strategy_writers import note_writers, noted_writers, written_by
from traderai_assets.work_classes import (
    HOLDS_TAG,
    LIVE_JOB,
    MARKET_TAG,
    STRATEGY_TAG,
    WRITES_TAG,
    contested,
    holds_tag,
    limits_of,
)

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
        ".dagster/traderai.long_work": "true",
        ".dagster/traderai.market": MARKET,
        ".dagster/traderai.exchange": "binance",
        ".dagster/traderai.writes/models": MARKET,
    }


def test_a_range_over_the_open_month_and_an_older_one_is_backfill():
    run = run_of(
        job="backfill",
        dagster__asset_partition_range_start=f"{MARKET}|2026-08",
        dagster__asset_partition_range_end=f"{MARKET}|2026-10",
    )
    assert queue_tags(run, "2026-10")["traderai/class"] == "backfill"


def written(run):
    return {
        tag: value for tag, value in queue_tags(run, "2026-10").items() if "traderai.writes/" in tag
    }


def test_backfill_and_update_of_one_market_write_the_same():
    old = run_of("candles", dagster__partition=f"{MARKET}|2026-08")
    new = run_of("candles", dagster__partition=f"{MARKET}|2026-10")
    assert written(old) == written(new) == {".dagster/traderai.writes/candles": MARKET}


def test_a_run_that_spans_classes_waits_for_the_writers_of_each_of_its_assets():
    both = run_of("candles", "models", dagster__partition=f"{MARKET}|2026-10")
    assert written(both) == {
        ".dagster/traderai.writes/candles": MARKET,
        ".dagster/traderai.writes/models": MARKET,
    }
    job = run_of(job="train", dagster__partition=f"{MARKET}|2026-10")
    assert written(job) == {
        f".dagster/traderai.writes/{asset}": MARKET for asset in ("models", "backtests", "record")
    }


def test_a_writer_set_by_hand_holds_up_nobody_else():
    mine = {".dagster/traderai.writes/models": MARKET}
    hostile = run_of("signals", dagster__partition=f"{MARKET}|2026-10", **mine)
    assert written(hostile) == {
        ".dagster/traderai.writes/signals": MARKET,
        ".dagster/traderai.writes/models": hostile.run_id,
    }


def test_a_run_that_is_tried_again_does_not_show_the_progress_of_the_first():
    again = run_of(
        "models",
        dagster__partition=f"{MARKET}|2026-10",
        traderai__progress="failed at 2026-10 search 42%",
        **{".dagster/traderai.progress_state": "failed"},
    )
    stamped = queue_tags(again, "2026-10")
    assert (stamped["traderai/progress"], stamped[".dagster/traderai.progress_state"]) == ("", "")


def test_only_what_talks_to_an_exchange_is_tried_again_after_an_error():
    fetch = run_of("candles", dagster__partition=f"{MARKET}|2026-08")
    assert queue_tags(fetch, "2026-10")["dagster/retry_on_asset_or_op_failure"] == "true"


def test_a_champion_is_partitioned_by_market_alone():
    tags = queue_tags(run_of("champions", dagster__partition=MARKET), "2026-10")
    assert (tags["traderai/class"], tags[".dagster/traderai.market"]) == ("training", MARKET)


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
        ".dagster/traderai.long_work": "true",
    }


FAST = dg.AssetKey(["fast", "models"])
LABELS = dg.AssetKey(["12_bars_1", "labels"])


def test_a_run_of_one_strategy_is_limited_by_what_it_writes_and_no_other():
    run = DagsterRun(
        job_name="train",
        asset_selection={FAST, dg.AssetKey(["fast", "backtests"])},
        tags={"dagster/partition": f"{MARKET}|2026-10"},
    )
    tags = queue_tags(run, "2026-10")
    assert (tags["traderai/class"], tags[".dagster/traderai.strategy"]) == ("training", "fast")
    assert written(run) == {
        ".dagster/traderai.writes/fast/backtests": MARKET,
        ".dagster/traderai.writes/fast/models": MARKET,
    }


def test_labels_are_nobodys_own_and_follow_their_caller():
    run = DagsterRun(
        job_name="update_latest",
        asset_selection={dg.AssetKey("candles"), LABELS},
        tags={"dagster/partition": f"{MARKET}|2026-10"},
    )
    tags = queue_tags(run, "2026-10")
    assert tags["traderai/class"] == "update_latest"
    assert ".dagster/traderai.strategy" not in tags
    assert written(run) == {
        ".dagster/traderai.writes/candles": MARKET,
        ".dagster/traderai.writes/12_bars_1/labels": MARKET,
    }


def test_a_strategy_set_by_hand_is_taken_back():
    mine = {".dagster/traderai.strategy": "slow"}
    run = run_of("models", dagster__partition=f"{MARKET}|2026-10", **mine)
    assert queue_tags(run, "2026-10")[".dagster/traderai.strategy"] == ""


def test_pages_show_the_class_and_no_other_tag_of_ours():
    run = run_of("models", "candles", dagster__partition=f"{MARKET}|2026-10")
    shown = [tag for tag in queue_tags(run, "2026-10") if not tag.startswith(HIDDEN_TAG_PREFIX)]
    assert [tag for tag in shown if not tag.startswith("dagster/")] == ["traderai/class"]


def test_what_a_run_of_before_showed_is_taken_back_where_it_is_tried_again():
    before = {
        "traderai/market": "binance.ETH-USDT.5m",
        "traderai/writes/record": MARKET,
        "traderai/strategy": "slow",
        "traderai/long_work": "true",
        "traderai/cause": "why",
    }
    run = run_of("signals", dagster__partition=f"{MARKET}|2026-10", **before)
    tags = {**run.tags, **queue_tags(run, "2026-10")}
    assert {tag: value for tag, value in tags.items() if tag.startswith("traderai/") and value} == {
        "traderai/class": "signals.generate",
        "traderai/cause": "why",
    }
    assert tag_of(tags, MARKET_TAG) == market_of(tags) == MARKET
    assert named(tags, WRITES_TAG) == {"signals": MARKET}
    assert not tag_of(tags, STRATEGY_TAG)


def test_a_run_of_before_is_read_by_the_names_it_has():
    tags = {"traderai/market": MARKET, "traderai/writes/models": MARKET, "dagster/partition": "x"}
    assert market_of(tags) == tag_of(tags, MARKET_TAG) == MARKET
    assert named(tags, WRITES_TAG) == {"models": MARKET}
    assert tag_of(tags, STRATEGY_TAG) is None


def platform_of(tmp_path, names):
    from traderai_assets.definitions import build_definitions
    from traderai_assets.settings import Settings
    from traderai_assets.settings_strategies import StrategySettings

    strategies = {name: StrategySettings() for name in names}
    return build_definitions(settings=Settings(home=tmp_path, strategies=strategies))


TRAINED = ("models", "backtests", "record")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), set(TRAINED)),
        (("fast", "slow"), {f"{s}/{a}" for s in ("fast", "slow") for a in TRAINED}),
    ],
)
def test_a_run_of_a_job_without_a_selection_writes_what_its_plan_holds(tmp_path, names, expected):
    job = platform_of(tmp_path, names).resolve_job_def("train")
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job)
        assert written_by(instance, run) == expected
        chosen = instance.create_run_for_job(
            job.get_subset(asset_selection={dg.AssetKey(next(iter(sorted(expected))).split("/"))}),
            asset_selection=frozenset({dg.AssetKey(next(iter(sorted(expected))).split("/"))}),
        )
        assert written_by(instance, chosen) == {min(expected)}


def test_the_queue_limits_what_strategies_were_seen_to_write(repository, tmp_path):
    (tmp_path / "dagster.yaml").symlink_to(repository / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        before = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits
        note_writers(instance, {"models", "candles"})
        assert noted_writers(instance) == []
        note_writers(instance, {"models", "slow/models"})
        note_writers(instance, {"fast/models"})
        after = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits
        assert noted_writers(instance) == ["fast/models", "slow/models"]
    assert list(after[: len(before)]) == list(before)
    each = {"applyLimitPerUniqueValue": True}
    assert list(after[len(before) :]) == [
        {"key": f".dagster/traderai.writes/{name}/models", "limit": 1, "value": each}
        for name in ("fast", "slow")
    ]


def live_run(*markets):
    return DagsterRun(job_name=LIVE_JOB, run_config=live_run_config(markets))


def test_a_live_update_holds_each_of_its_markets_and_is_of_the_class_of_updates():
    tags = queue_tags(live_run(MARKET, "binance.ETH-USDT.5m"), "2026-10")
    assert (tags["traderai/class"], tags["dagster/priority"]) == ("update_latest", "9")
    assert (tags[".dagster/traderai.markets"], tags[".dagster/traderai.exchange"]) == (
        "2",
        "binance",
    )
    assert ".dagster/traderai.market" not in tags
    held = {tag.removeprefix(HOLDS_TAG) for tag in tags if tag.startswith(HOLDS_TAG)}
    assert held == {
        f"{asset}/{market}"
        for asset in ("candles", "features", "labels", "signals", "signal_outcomes")
        for market in (MARKET, "binance.ETH-USDT.5m")
    }


def test_a_live_update_of_two_strategies_holds_what_each_of_them_has():
    written = frozenset({"candles", "features", "a/signals", "b/signals"})
    tags = queue_tags(live_run(MARKET), "2026-10", written)
    assert {holds_tag("a/signals", MARKET), holds_tag("b/signals", MARKET)} <= tags.keys()
    assert holds_tag("signals", MARKET) not in tags


def test_what_a_live_update_holds_another_run_waits_for_and_the_other_way_round():
    live = queue_tags(live_run(MARKET, "binance.ETH-USDT.5m"), "2026-10")
    for asset in ("candles", "features", "signals"):
        alone = queue_tags(run_of(asset, dagster__partition=f"{MARKET}|2026-09"), "2026-10")
        shared = contested([live, alone])
        assert shared == {holds_tag(asset, MARKET)}
        limits = limits_of((), shared)
        runs = [QueueRun("live", 9, live), QueueRun("alone", 10, alone)]
        for first, second in (runs, runs[::-1]):
            assert next_runs([second], [first], limits) == []
            [wait] = waits([second], [first], limits)
            assert wait.behind == (first.run_id,)
    other = queue_tags(run_of("candles", dagster__partition="binance.XRP-USDT.5m|2026-09"), "x")
    assert contested([live, other]) == frozenset()
    training = queue_tags(run_of("models", dagster__partition=f"{MARKET}|2026-09"), "x")
    assert contested([live, training]) == frozenset()


def test_tags_of_many_markets_that_were_set_by_hand_are_taken_back():
    stray = {holds_tag("candles", "binance.XRP-USDT.5m"): "true"}
    tags = queue_tags(
        run_of("features", dagster__partition=f"{MARKET}|2026-10").with_tags(stray), "x"
    )
    assert holds_tag("candles", "binance.XRP-USDT.5m") in tags
    assert tags[holds_tag("candles", "binance.XRP-USDT.5m")] != "true"


def test_the_daemon_limits_what_two_unfinished_runs_hold_and_nothing_else():
    with dg.instance_for_test() as instance:
        assert contested_now(instance) == frozenset()
        one, other = holds_tag("candles", MARKET), holds_tag("candles", "binance.ETH-USDT.5m")
        made = [
            instance.create_run_for_job(job_def=_nothing, tags=tags)
            for tags in ({one: "true", other: "true"}, {one: "true"})
        ]
        assert contested_now(instance) == {one}
        instance.report_run_canceled(made[1])
        assert contested_now(instance) == frozenset()


@dg.job
def _nothing():
    pass
