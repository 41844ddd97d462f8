import random
from dataclasses import replace

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.queue.policy import PAGE, Limits, QueueRun, TagLimit, next_runs, waits
from traderai_assets.work_classes import JOBS, LIMITS, WRITES_TAG, limits_of

BTC, ETH, XRP = "binance.BTC-USDT.5m", "binance.ETH-USDT.5m", "kraken.XRP-EUR.1h"
PAST = ("2026-09",)


def ids(runs):
    return [run.run_id for run in runs]


def plain(run_id, priority=0, **tags):
    return QueueRun(run_id, priority, tags)


def test_higher_priority_goes_first_and_within_one_whoever_came_first(job_run):
    queued = [
        job_run("drift", "monitor_drift", BTC),
        job_run("update1", "update_latest", BTC),
        job_run("old", "backfill", XRP, PAST),
        job_run("update2", "update_latest", ETH),
    ]
    assert ids(next_runs(queued, [], LIMITS)) == ["old", "update1", "update2"]


def test_of_runs_that_may_last_two_are_at_work_at_once_so_that_a_bar_finds_a_slot(job_run):
    queued = [
        job_run("old", "backfill", XRP, PAST),
        job_run("train", "train", BTC),
        job_run("drift", "monitor_drift", ETH),
        job_run("history", "replay_history", ETH),
    ]
    assert ids(next_runs(queued, [], LIMITS)) == ["old", "train"]
    update = job_run("update", "update_latest", ETH)
    assert ids(next_runs([*queued[2:], update], queued[:2], LIMITS)) == ["update"]
    [wait, _] = waits(queued[2:], queued[:2], LIMITS)
    assert wait.reason == "waits for long_work true: 2 of 2 run (old, train)"


def test_all_slots_are_taken_and_no_more():
    queued = [plain(name) for name in "abcde"]
    assert ids(next_runs(queued, [], Limits(3, ()))) == ["a", "b", "c"]
    assert ids(next_runs(queued, [plain("x"), plain("y")], Limits(3, ()))) == ["a"]
    assert next_runs(queued, [plain(name) for name in "wxyz"], Limits(3, ())) == []


def test_a_run_whose_limit_is_full_lets_others_pass(job_run):
    training = [job_run(f"training{number}", "train", f"market{number}") for number in (1, 2)]
    queued = [job_run("third", "train", "market3"), job_run("signals", "generate_signals", BTC)]
    assert ids(next_runs(queued, training, LIMITS)) == ["signals"]


def test_of_two_writers_of_one_market_the_second_waits_whatever_their_classes(job_run):
    queued = [job_run("new", "update_latest", BTC), job_run("old", "backfill", BTC, PAST)]
    assert ids(next_runs(queued, [], LIMITS)) == ["old"]
    assert ids(next_runs(queued, [queued[1]], LIMITS)) == []


def test_a_limit_without_a_value_counts_all_values_together_and_per_value_each_alone():
    queued = [plain("a", key="x"), plain("b", key="y"), plain("c", key="x"), plain("d")]
    together, each = TagLimit("key", 1), TagLimit("key", 1, per_value=True)
    assert ids(next_runs(queued, [], Limits(9, (together,)))) == ["a", "d"]
    assert ids(next_runs(queued, [], Limits(9, (each,)))) == ["a", "b", "d"]


def test_a_value_and_counting_per_value_exclude_each_other():
    with pytest.raises(InvalidSettings, match="'x' and counts per value; drop one"):
        TagLimit("key", 1, value="x", per_value=True)


def test_past_one_page_a_less_urgent_run_may_pass():
    """So the daemon should read in pages longer than its queue ever is."""
    limits = Limits(2, (TagLimit("class", 1, value="update"), TagLimit("writes", 1)))
    queued = [
        plain("update1", 9, **{"class": "update", "writes": "btc"}),
        plain("update2", 9, **{"class": "update"}),
        plain("drift", 3),
        plain("backfill", 10, writes="btc"),
    ]
    assert ids(next_runs(queued, [], limits)) == ["backfill", "update2"]
    # update1 keeps update2 from the first page, and is then sent away itself by the second
    assert ids(next_runs(queued, [], limits, page=3)) == ["backfill", "drift"]


def reasons(queued, running):
    return {wait.run_id: (wait.kind, wait.reason) for wait in waits(queued, running, LIMITS)}


def test_where_all_slots_are_taken_it_is_said_by_whom_and_how_many_go_before(job_run):
    running = [
        job_run("1a2b3c4d-full-id", "backfill", BTC, PAST),
        job_run("5e6f7a8b-full-id", "train", ETH),
        job_run("9c0d1e2f-full-id", "expire_signals", ETH),
    ]
    queued = [job_run("signals", "generate_signals", ETH), job_run("update", "update_latest", ETH)]
    taken = "waits for a slot: 3 of 3 are taken by 1a2b3c4d, 5e6f7a8b, 9c0d1e2f"
    assert list(reasons(queued, running).items()) == [
        ("update", ("slot", taken)),
        ("signals", ("slot", f"{taken}; 1 run before it")),
    ]


def test_where_a_class_is_full_a_free_slot_would_not_help_and_that_is_said(job_run):
    running = [job_run(f"{name * 8}-full-id", "train", name) for name in "ab"]
    running.append(job_run("cccccccc", "backfill", "c", PAST))
    queued = [job_run("third", "train", BTC)]
    for slots_in_use in (3, 2):
        assert reasons(queued, running[:slots_in_use])["third"] == (
            "limit",
            "waits for class training: 2 of 2 run (aaaaaaaa, bbbbbbbb)",
        )


def test_where_another_run_writes_the_same_it_is_said_what(job_run):
    [wait] = waits([job_run("next", "train", BTC)], [job_run("1a2b3c4d5", "train", BTC)], LIMITS)
    assert wait.behind == ("1a2b3c4d5",)
    assert wait.reason in {
        f"waits for 1a2b3c4d, which writes {asset} of {BTC}" for asset in JOBS["train"]
    }


def test_where_the_free_slots_go_to_others_they_are_named(job_run):
    running = [job_run("xxxxxxxx", "train", XRP)]
    queued = [
        job_run("train1", "train", BTC),
        job_run("signals", "generate_signals", BTC),
        job_run("update", "update_latest", ETH),
        job_run("update2", "update_latest", XRP),
        job_run("train2", "train", ETH),
    ]
    assert reasons(queued, running) == {
        "signals": ("turn", "goes after 2 runs of higher priority: update, update2"),
        "train1": ("turn", "goes after 2 runs of higher priority: update, update2"),
        "train2": ("turn", "goes after 2 runs of higher priority: update, update2"),
    }


def test_an_older_run_of_the_same_priority_goes_before():
    [wait] = waits([plain("first"), plain("second")], [], Limits(1, ()))
    assert wait.reason == "goes after 1 run that is older or more urgent: first"


def test_every_run_either_starts_or_is_told_why_it_waits(job_run):
    queued = [job_run(f"run{place}", "update_latest", f"m{place}") for place in range(5)]
    starting = ids(next_runs(queued, [], LIMITS))
    assert starting == ["run0", "run1"]
    assert [wait.run_id for wait in waits(queued, [], LIMITS)] == ["run2", "run3", "run4"]


def test_a_run_left_over_from_a_page_is_told_so():
    limits = Limits(2, (TagLimit("class", 1, value="update"), TagLimit("writes", 1)))
    queued = [
        plain("update1", 9, **{"class": "update", "writes": "btc"}),
        plain("update2", 9, **{"class": "update"}),
        *(plain(f"drift{number}", 3) for number in range(PAGE - 2)),
        plain("backfill", 10, writes="btc"),
    ]
    reasons = {wait.run_id: wait.reason for wait in waits(queued, [], limits)}
    assert reasons["update1"] == "waits for writes: 1 of 1 run (backfill)"
    assert reasons["update2"] == (
        "goes after 2 runs because more than 1000 runs are queued, "
        "and they are read 1000 at a time: backfill, drift0"
    )


def test_whoever_waits_is_told_of_those_whose_end_would_help_it(schedule):
    roomy = replace(LIMITS, slots=100)
    for seed in range(500):
        runs = [request.run for request in schedule(random.Random(seed))]
        running = next_runs(runs[: len(runs) // 2], [], LIMITS)
        queued = runs[len(runs) // 2 :]
        starting = next_runs(queued, running, LIMITS)
        told = waits(queued, running, LIMITS)
        assert sorted(ids(starting) + [wait.run_id for wait in told]) == sorted(ids(queued))
        for wait in told:
            [run] = [run for run in queued if run.run_id == wait.run_id]
            assert wait.behind
            assert set(wait.behind) <= {*ids(running), *ids(starting)}
            with_more_slots = next_runs([run], [*running, *starting], roomy)
            assert (with_more_slots == []) == (wait.kind == "limit"), wait
            if wait.kind == "turn":
                assert next_runs([run], running, LIMITS) == [run]


def test_two_strategies_train_on_one_market_at_once_and_two_of_one_strategy_do_not():
    def training(run_id, strategy):
        tags = {"traderai/class": "training", f"{WRITES_TAG}{strategy}/models": BTC}
        return plain(run_id, 5, **tags)

    limits = limits_of(["fast/models", "slow/models"])
    running = [training("1a2b3c4d5", "fast")]
    queued = [training("again", "fast"), training("other", "slow")]
    assert ids(next_runs(queued, running, limits)) == ["other"]
    [wait] = waits(queued, running, limits)
    assert wait.reason == f"waits for 1a2b3c4d, which writes fast/models of {BTC}"
