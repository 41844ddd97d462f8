"""The gate with the real web server and daemon: training asked for as the web UI does."""

import json
import urllib.request
from typing import Any

import dagster as dg
import pytest

from tests.pipeline.conftest import MARCH
from tests.pipeline.running_platform import BTC, RunningPlatform
from traderai_assets.cli.launch import launch
from traderai_assets.domain.months import Month
from traderai_assets.sandbox.fault_rules import FaultRule
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS

APRIL = "2026-04"
LAUNCH = """
mutation ($executionParams: ExecutionParams!) {
  launchPipelineExecution(executionParams: $executionParams) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
TERMINATE = """
mutation ($run: String!) {
  terminateRuns(runIds: [$run], terminatePolicy: SAFE_TERMINATE) { __typename }
}
"""


def ask(platform: RunningPlatform, query: str, **variables: Any) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310
        f"{platform.url}/graphql",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        answer: dict[str, Any] = json.load(response)
    assert "errors" not in answer, answer
    return answer["data"]


def materialize_models(platform: RunningPlatform) -> str:
    """Launch what the button of the asset `models` launches; return the run's id."""
    partition = {"market": BTC.key, "month": APRIL}
    tags = {"dagster/partition": f"{BTC.key}|{APRIL}"}
    tags |= {f"dagster/partition/{name}": value for name, value in partition.items()}
    asked = {
        "mode": "default",
        "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
        "runConfigData": "{}",
        "selector": {
            "repositoryLocationName": "traderai",
            "repositoryName": "__repository__",
            "pipelineName": "__ASSET_JOB",
            "assetSelection": [{"path": ["models"]}],
            "assetCheckSelection": [
                {"assetKey": {"path": ["models"]}, "name": name}
                for name in ("every_month_has_a_model", "look_back_complete")
            ],
        },
    }
    launched = ask(platform, LAUNCH, executionParams=asked)["launchPipelineExecution"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    return str(launched["run"]["runId"])


def ended(platform: RunningPlatform, run_id: str) -> dg.DagsterRun:
    """Wait until the run has ended."""
    platform.until(lambda: platform.instance.get_run_by_id(run_id).is_finished)
    run = platform.instance.get_run_by_id(run_id)
    assert run is not None
    return run


def said(platform: RunningPlatform, run_id: str) -> str:
    """Return the error of the run's only step that failed."""
    failures = platform.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    [failure] = [entry.dagster_event.step_failure_data for entry in failures]
    return str(failure.error_display_string)


def under_way(platform: RunningPlatform, job: str) -> str:
    """Wait until a run of the job works; return its id."""

    def at_work() -> list[str]:
        runs = [one.dagster_run for one in platform.runs(job)]
        return [run.run_id for run in runs if run.status == dg.DagsterRunStatus.STARTED]

    platform.until(at_work)
    return at_work()[0]


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")  # of dagster_graphql
def test_training_waits_for_its_look_back_and_for_nothing_else(platform_without_march):
    platform = platform_without_march
    backfill = under_way(platform, "backfill")
    platform.until(
        lambda: list(platform.lake.snapshot(CANDLES).content_hashes(BTC.key)) == ["2026-02"]
    )

    refused = ended(platform, materialize_models(platform))
    assert refused.status == dg.DagsterRunStatus.FAILURE
    sentence = said(platform, refused.run_id)
    assert "960 bars of the look-back are neither stored nor known gaps, in 2026-03" in sentence
    assert f'"traderai backfill {BTC.key} --since 2026-03-01"' in sentence
    assert platform.instance.get_run_by_id(backfill).status == dg.DagsterRunStatus.STARTED

    platform.sandbox.faults.clear()
    assert ended(platform, backfill).status == dg.DagsterRunStatus.SUCCESS
    assert ended(platform, materialize_models(platform)).status == dg.DagsterRunStatus.SUCCESS
    assert len(platform.read(MODELS)) == 1

    december, january = Month.of(MARCH).shift(-3), Month.of(MARCH).shift(-2)
    endless = FaultRule(kind="stall", seconds=3600, count=None, since=january.start)
    platform.sandbox.faults.add(endless.model_copy(update={"until": january.end}))
    other = launch(platform.url, "backfill", [f"{BTC.key}|{m.key}" for m in (december, january)])
    platform.until(lambda: december.key in platform.lake.snapshot(CANDLES).content_hashes(BTC.key))
    ask(platform, TERMINATE, run=other)
    assert ended(platform, other).status == dg.DagsterRunStatus.CANCELED
    assert ended(platform, materialize_models(platform)).status == dg.DagsterRunStatus.SUCCESS
