"""Leftovers are listed first, and reconciled only when told to."""

import json

import dagster as dg

STARTED = dg.DagsterRunStatus.STARTED


def test_where_nothing_was_left_behind_that_is_said(traderai, run):
    run("train", STARTED)
    said = "Every run that is not ended waits or is worked on.\n"
    assert traderai("runs", "clean").out == said
    assert traderai("runs", "clean", "--apply").out == said
    assert json.loads(traderai("runs", "clean", "--json").out) == []


def test_without_apply_nothing_is_changed(traderai, instance, run, gone):
    orphan = run("train", STARTED, worker=gone)
    out = traderai("runs", "clean").out
    assert orphan.run_id[:8] in out
    assert "is gone" in out
    assert '"traderai runs clean --apply"' in out
    assert instance.get_run_by_id(orphan.run_id).status == STARTED


def test_with_apply_each_is_settled_and_what_became_of_it_is_told(traderai, instance, run, gone):
    orphan = run("train", STARTED, worker=gone)
    older = run("backfill", STARTED, worker=None)
    healthy = run("train", STARTED)
    rows = {row["run"]: row for row in json.loads(traderai("runs", "clean", "--json").out)}
    assert {run_id: row["certain"] for run_id, row in rows.items()} == {
        orphan.run_id: True,
        older.run_id: False,
    }
    out = traderai("runs", "clean", "--apply").out
    assert f"run {orphan.run_id[:8]} is marked as failed" in out
    assert f"run {older.run_id[:8]} is marked as failed" in out
    assert instance.get_run_by_id(orphan.run_id).status == dg.DagsterRunStatus.FAILURE
    assert instance.get_run_by_id(healthy.run_id).status == STARTED
    assert json.loads(traderai("runs", "clean", "--json").out) == []
