"""Waiting for runs: until they, and those that try them again, have ended; and how they did."""

import time

import dagster as dg
import pytest

from traderai_assets.cli import backfill
from traderai_assets.cli.run_waiting import RunWait
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.progress_line import ProgressLine

STATUS = dg.DagsterRunStatus


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)


def test_each_step_of_a_run_is_told_once_and_its_end_returned(instance, run, monkeypatch, capsys):
    made = run("backfill", STATUS.STARTED)
    steps = iter([10, 10, 55])

    def goes_on(_):
        percent = next(steps, None)
        if percent is None:
            done = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, "backfill")
            instance.report_dagster_event(done, made.run_id)
        else:
            line = ProgressLine(f"2026-0{percent // 10}", percent, "running")
            instance.add_run_tags(made.run_id, line.tags())

    monkeypatch.setattr(time, "sleep", goes_on)
    [row] = RunWait(instance, [made.run_id]).until_ended()
    assert row == {"run": made.run_id, "ended_as": "success", "last_try": made.run_id}
    short = made.run_id[:8]
    assert capsys.readouterr().err.splitlines() == [
        f"{short} started",
        f"{short} started 2026-01",
        f"{short} started 2026-05",
        f"{short} success",
    ]


def test_who_tries_it_again_is_waited_for_in_its_place(instance, run):
    first = run("backfill", STATUS.FAILURE, tags={"dagster/will_retry": "true"})
    again = run("backfill", STATUS.SUCCESS, tags={"dagster/parent_run_id": first.run_id})
    [row] = RunWait(instance, [first.run_id]).until_ended()
    assert (row["ended_as"], row["last_try"]) == ("success", again.run_id)


def test_a_failure_that_will_be_retried_is_no_end_yet(instance, run, monkeypatch):
    first = run("backfill", STATUS.FAILURE, tags={"dagster/will_retry": "true"})
    made = []

    def retried(_):
        parent = {"dagster/parent_run_id": first.run_id}
        made.append(run("backfill", STATUS.FAILURE, tags=parent))

    monkeypatch.setattr(time, "sleep", retried)
    [row] = RunWait(instance, [first.run_id]).until_ended()
    assert (row["ended_as"], row["last_try"]) == ("failure", made[0].run_id)


def test_a_run_that_was_deleted_meanwhile_is_named(instance):
    with pytest.raises(TraderAIError, match=r'run deadbeef is not there any more; "traderai runs'):
        RunWait(instance, ["deadbeef" * 4]).until_ended()


@pytest.mark.parametrize(("status", "code"), [(STATUS.SUCCESS, 0), (STATUS.FAILURE, 1)])
def test_a_backfill_that_is_waited_for_ends_as_its_run_did(
    traderai, run, monkeypatch, status, code
):
    made = run("backfill", status)
    monkeypatch.setattr(backfill, "launch", lambda *_: made.run_id)
    ended = traderai("backfill", "binance:BTC/USDT", "--since", "2026-01-01", "--wait")
    assert ended.code == code
    assert ended.out.startswith(f"Run {made.run_id[:8]} ended as {status.value.lower()}; ")
    assert (f'"traderai runs logs {made.run_id[:8]}" says of what' in ended.err) == (code == 1)
