"""Runs at work in processes of their own: seen, cancelled for good, retried and followed."""

import json
import os
from contextlib import suppress

import dagster as dg
import pytest

from tests.processes import processes_of
from tests.queue.conftest import platform_on  # noqa: F401  # its platforms are used here, too
from tests.queue.launch_ways import materialize
from tests.queue.location import HOLD_TAG

BTC = "binance.BTC-USDT.5m"
# One of them, on one store, by default; both, on both stores, in the torture
MORE_SQLITE, MORE_POSTGRES = (
    pytest.param(store, marks=pytest.mark.torture) for store in ("sqlite", "postgres")
)


@pytest.fixture
def platform(request, platform_on, home, monkeypatch, tmp_path):  # noqa: ARG001, F811
    """A running platform, which the command line finds as its user's own instance."""
    monkeypatch.setenv("DAGSTER_FILES", str(tmp_path / "files"))
    made = platform_on(request.param)
    made.start()
    monkeypatch.setenv("DAGSTER_HOME", str(made.home))
    return made


@pytest.mark.parametrize("platform", ["sqlite", MORE_POSTGRES], indirect=True)
def test_a_run_is_seen_cancelled_retried_and_followed_to_its_end(platform, traderai):
    def status():
        return json.loads(traderai("status", "--json").out)

    held = materialize(platform, "models", f"{BTC}|2026-04", **{HOLD_TAG: "go"})
    platform.until(lambda: platform.journal())
    behind = materialize(platform, "models", f"{BTC}|2026-05", **{HOLD_TAG: "go"})
    platform.until(
        lambda: platform.instance.get_run_by_id(behind).status == dg.DagsterRunStatus.QUEUED
    )

    state = status()
    [row] = state["running"]
    assert (row["run"], row["status"], row["class"]) == (held, "started", "training")
    assert row["worker"] in processes_of(platform.home)
    [waits] = state["queued"]
    assert (waits["run"], waits["kind"], waits["behind"]) == (behind, "limit", [held])
    assert (state["leftovers"], state["daemon"]["alive"]) == ([], True)

    for run_id in (behind, held):
        code, out, _ = traderai("runs", "cancel", run_id[:13])
        assert (code, out) == (0, f"Cancelled run {run_id[:8]} (models).\n")
        assert platform.instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.CANCELED
    assert row["worker"] not in processes_of(platform.home)
    assert status()["slots"]["used"] == 0

    again = []
    for run_id in (held, behind):  # one was interrupted, one never began
        code, out, err = traderai("runs", "retry", run_id, "--url", platform.url)
        assert (code, err) == (0, "")
        again.append(out.split()[2])
    platform.release("go")
    for run_id in again:
        told = traderai("runs", "logs", run_id, "--follow").out
        assert told.count("Started execution of step") == 1
        assert 'Finished execution of run for "__ASSET_JOB"' in told
        assert platform.instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.SUCCESS


@pytest.mark.parametrize("platform", [MORE_SQLITE, MORE_POSTGRES], indirect=True)
def test_a_killed_worker_is_a_failure_that_says_what_is_done_about_it(platform, traderai):
    held = materialize(platform, "models", f"{BTC}|2026-04", **{HOLD_TAG: "go"})
    platform.until(lambda: platform.journal())
    [line] = platform.journal()
    with suppress(ProcessLookupError):
        os.kill(line["pid"], 9)
    platform.release("go")

    def told():
        return [
            row for row in json.loads(traderai("status", "--json").out)["failed"] if row["next"]
        ]

    platform.until(lambda: any("(success)" in row["next"] for row in told()))
    [row] = told()
    assert row["run"] == held
    assert "ended by SIGKILL" in row["error"]
    assert row["next"].startswith("retried as ")
