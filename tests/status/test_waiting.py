"""Why each run waits, in the order in which they would start."""

import json
import time

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat

STARTED, QUEUED = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.QUEUED
ETH = "binance.ETH-USDT.1h"
SOL = "binance.SOL-USDT.1h"


@pytest.fixture
def queued(traderai):
    return lambda: json.loads(traderai("status", "--json").out)["queued"]


@pytest.fixture
def daemon(instance):
    """Let the daemon have said that it lives, so many seconds ago."""

    def say(seconds=0.0):
        beat = DaemonHeartbeat(time.time() - seconds, "QUEUED_RUN_COORDINATOR", "1", None)
        instance.add_daemon_heartbeat(beat)

    return say


def test_a_run_that_could_start_starts_when_the_daemon_next_reads_the_queue(queued, daemon, run):
    daemon()
    waits = run("train", QUEUED)
    [row] = queued()
    assert (row["run"], row["kind"], row["behind"]) == (waits.run_id, "next", [])
    assert row["reason"] == "starts when the daemon next reads the queue"
    assert 0 <= row["waited_seconds"] < 60


def test_without_a_daemon_nothing_starts_and_the_way_out_is_named(traderai, queued, daemon, run):
    run("train", QUEUED)
    assert [(row["kind"], row["reason"]) for row in queued()] == [
        ("daemon", 'no daemon takes it: "make dev"')
    ]
    assert '0 of 3 slots in use. The daemon was never seen here; "make dev" starts it.' in (
        traderai("status").out
    )
    daemon(600)
    assert queued()[0]["kind"] == "daemon"
    assert "The daemon was last seen at 20" in traderai("status").out
    daemon()
    assert queued()[0]["kind"] == "next"
    assert "The daemon" not in traderai("status").out


def test_where_all_slots_are_taken_a_run_waits_for_one_of_those_who_hold_them(queued, run):
    held = [run("train", STARTED, market=market).run_id for market in (ETH, SOL)]
    held.append(run("expire_signals", STARTED).run_id)
    run("generate_signals", QUEUED)
    [row] = queued()
    assert (row["kind"], row["behind"]) == ("slot", held)
    assert row["reason"].startswith("waits for a slot: 3 of 3 are taken by ")
    assert all(run_id[:8] in row["reason"] for run_id in held)


def test_a_full_class_is_named_with_those_who_fill_it(queued, run):
    held = [run("train", STARTED, market=market).run_id for market in (ETH, SOL)]
    run("train", QUEUED)
    [row] = queued()
    assert (row["kind"], row["behind"]) == ("limit", held)
    assert "training" in row["reason"]
    assert "2 of 2" in row["reason"]


def test_a_second_writer_of_a_market_waits_for_the_first(queued, run):
    writer = run("backfill", STARTED)
    run("update_latest", QUEUED, tags={"dagster/partition": "binance.BTC-USDT.1h|2026-05"})
    [row] = queued()
    assert (row["class"], row["kind"], row["behind"]) == (
        "update_latest",
        "limit",
        [writer.run_id],
    )
    assert "binance.BTC-USDT.1h" in row["reason"]


def test_the_queue_is_told_in_the_order_in_which_it_will_start(traderai, queued, daemon, run):
    daemon()
    busy = [run("backfill", STARTED, market=ETH), run("expire_signals", STARTED, market=SOL)]
    last = run("replay_history", QUEUED)
    drift = run("monitor_drift", QUEUED)
    first = run("train", QUEUED)
    assert [(row["run"], row["kind"]) for row in queued()] == [
        (first.run_id, "next"),
        (drift.run_id, "limit"),
        (last.run_id, "limit"),
    ]
    assert len(busy) == 2
    table = traderai("status").out.partition("Queued:\n")[2].splitlines()
    assert [line[:8] for line in table[1:4]] == [one.run_id[:8] for one in (first, drift, last)]
    assert "waits for long_work" in table[2]


def test_a_long_queue_is_cut_for_people_and_whole_for_programs(traderai, queued, run):
    for _ in range(23):
        run("train", QUEUED)
    assert len(queued()) == 23
    assert 'and 3 more; "traderai status --json" lists all' in traderai("status").out


def test_a_priority_that_is_no_number_counts_as_none_as_in_dagster(queued, instance, run):
    strange = run("train", QUEUED)
    instance.add_run_tags(strange.run_id, {"dagster/priority": "high"})
    lowest = run("replay_history", QUEUED)
    assert [row["run"] for row in queued()] == [lowest.run_id, strange.run_id]
