"""The ways in which runs come to the queue; each queues what it is asked for.

Those that answer at once return the run's id. What the daemon has to do first (a partition
backfill, a sensor, a schedule) is found by its tags once it is queued.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from tests.queue.queue_platform import QueuePlatform
from traderai_assets.partitions import partition_range_tags

REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "queue"}
_LAUNCH = """
mutation ($asked: ExecutionParams!) { launchRun(executionParams: $asked) {
  ... on LaunchRunSuccess { run { id } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } }
  ... on PipelineNotFoundError { message } } }
"""
_AGAIN = """
mutation ($asked: ReexecutionParams!) { launchRunReexecution(reexecutionParams: $asked) {
  ... on LaunchRunSuccess { run { id } } ... on PythonError { message } } }
"""
_BACKFILL = """
mutation ($asked: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $asked) {
  ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }
"""
_TERMINATE = """
mutation ($run: String!) { terminateRun(runId: $run) { __typename
  ... on TerminateRunFailure { message } ... on PythonError { message } } }
"""
_START_SCHEDULE = """
mutation ($schedule: ScheduleSelector!) { startSchedule(scheduleSelector: $schedule) {
  __typename ... on PythonError { message } } }
"""


def _launched(answer: Mapping[str, Any]) -> str:
    assert "run" in answer, answer
    return str(answer["run"]["id"])


def _execution(selector: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    told = [{"key": key, "value": value} for key, value in tags.items()]
    return {
        "selector": {**REPOSITORY, **selector},
        "runConfigData": {},
        "executionMetadata": {"tags": told},
    }


def materialize(platform: QueuePlatform, asset: str, key: str, **tags: str) -> str:
    """Press an asset's Materialize button for one partition."""
    selector = {"jobName": "__ASSET_JOB", "assetSelection": [{"path": [asset]}]}
    asked = _execution(selector, {"dagster/partition": key, **tags})
    return _launched(platform.ask(_LAUNCH, asked=asked)["launchRun"])


def launch_job(
    platform: QueuePlatform, job: str, keys: Sequence[str], tags: Mapping[str, str]
) -> str:
    """Launch a job over GraphQL with tags of one's own."""
    asked = _execution({"jobName": job}, {**partition_range_tags(keys), **tags})
    return _launched(platform.ask(_LAUNCH, asked=asked)["launchRun"])


def run_again(platform: QueuePlatform, parent: str) -> str:
    """Re-execute all of a run."""
    asked = {"parentRunId": parent, "strategy": "ALL_STEPS"}
    return _launched(platform.ask(_AGAIN, asked=asked)["launchRunReexecution"])


def backfill(platform: QueuePlatform, asset: str, keys: Sequence[str]) -> str:
    """Ask for a partition backfill; return its id."""
    asked = {
        "assetSelection": [{"path": [asset]}],
        "partitionNames": list(keys),
        "tags": [],
    }
    answer = platform.ask(_BACKFILL, asked=asked)["launchPartitionBackfill"]
    assert "backfillId" in answer, answer
    return str(answer["backfillId"])


def start_schedule(platform: QueuePlatform, job: str) -> None:
    """Turn a job's schedule on, as if that had been minutes ago: its tick is due at once."""
    name = f"{job}_schedule"
    answer = platform.ask(_START_SCHEDULE, schedule={**REPOSITORY, "scheduleName": name})
    assert answer["startSchedule"]["__typename"] == "ScheduleStateResult", answer
    states = platform.instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    [state] = [one for one in states if one.instigator_name == name]
    data = state.instigator_data
    assert isinstance(data, ScheduleInstigatorData)
    earlier = ScheduleInstigatorData(data.cron_schedule, start_timestamp=time.time() - 120)
    platform.instance.update_instigator_state(state.with_data(earlier))


def leave_request(platform: QueuePlatform, of: str, requests: Sequence[Mapping[str, Any]]) -> None:
    """Write down what the sensor ("sensor") or a schedule ("schedule-JOB") is to ask for."""
    draft = platform.home / f"{of}.draft"
    draft.write_text(json.dumps(requests))
    draft.rename(platform.home / f"{of}.json")


def terminate(platform: QueuePlatform, run_id: str) -> str:
    """Press a run's Terminate button; return what became of it."""
    answer = platform.ask(_TERMINATE, run=run_id)["terminateRun"]
    return str(answer.get("message", answer["__typename"]))
