"""The newest runs, by status, class or market."""

import json

import dagster as dg
import pytest

ETH = "binance.ETH-USDT.1h"
QUEUED, SUCCESS = dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.SUCCESS


@pytest.fixture
def listed(traderai):
    def ask(*options):
        return [row["run"] for row in json.loads(traderai("runs", "list", "--json", *options).out)]

    return ask


def test_the_newest_twenty_stand_first(listed, run):
    made = [run("train", SUCCESS).run_id for _ in range(22)]
    assert listed() == made[:1:-1]
    assert listed("--limit", "3") == made[:-4:-1]


def test_runs_are_chosen_by_status_class_and_market(listed, run):
    fetched = run("backfill", SUCCESS).run_id
    waits = run("train", QUEUED).run_id
    other = run("train", dg.DagsterRunStatus.FAILURE, market=ETH).run_id
    assert listed("--status", "queued") == [waits]
    assert listed("--status", "failure", "--status", "success") == [other, fetched]
    assert listed("--class", "training") == [other, waits]
    assert listed("--market", "binance:ETH/USDT") == listed("--market", ETH) == [other]
    assert listed("--market", ETH, "--class", "backfill") == []


def test_a_row_tells_what_when_and_how_long(traderai, instance, run):
    made = run("train", QUEUED)
    for kind in (dg.DagsterEventType.RUN_START, dg.DagsterEventType.RUN_SUCCESS):
        instance.report_dagster_event(dg.DagsterEvent(kind.value, "train"), made.run_id)
    [row] = json.loads(traderai("runs", "list", "--json").out)
    worked = row.pop("worked_seconds")
    assert 0 <= worked < 60
    assert row.pop("queued") <= row.pop("started") <= row.pop("ended")
    assert row == {
        "run": made.run_id,
        "job": "train",
        "class": "training",
        "market": "binance.BTC-USDT.1h",
        "status": "success",
    }
    header, line = traderai("runs", "list").out.splitlines()
    assert header.split() == ["run", "job", "class", "market", "status", "queued", "worked"]
    assert line.startswith(f"{made.run_id[:8]}  train")


def test_where_no_run_is_that_is_said(traderai):
    assert traderai("runs", "list").out == "No run yet.\n"
    assert traderai("runs", "list", "--status", "queued").out == (
        "No such run; without options all are listed.\n"
    )


def test_a_class_or_market_that_is_none_is_refused(traderai):
    assert traderai("runs", "list", "--class", "trainings").code == 2
    code, _, err = traderai("runs", "list", "--market", "BTC")
    assert (code, "'BTC'" in err) == (1, True)
