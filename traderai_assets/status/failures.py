"""The last failures: what each failed of, and what is done about it or can be."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.errors import may_pass_by_name
from traderai_assets.instance.run_queries import run_records
from traderai_assets.status.run_errors import first_error
from traderai_assets.status.run_facts import as_utc, moment, run_row, short

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun, RunRecord

SHOWN = 5
_LONGEST = 160
# Runs are stored by when they were made, and a long one may have failed last.
_SEARCHED = 50
_WILL_RETRY = "dagster/will_retry"
_PARENT = "dagster/parent_run_id"
# The way out, as our own errors name it
_COMMAND = re.compile(r'"(traderai [^"]+)"')


def failure_rows(instance: "DagsterInstance") -> list[dict[str, Any]]:
    """Return the runs that failed last, the last one first."""
    records = run_records(instance, ["FAILURE"], limit=_SEARCHED)
    last = sorted(records, key=_ended, reverse=True)[:SHOWN]
    again = retries(instance, [record.dagster_run.run_id for record in last])
    return [_row(instance, record, again) for record in last]


def retries(instance: "DagsterInstance", run_ids: Sequence[str]) -> dict[str, "DagsterRun"]:
    """Return the newest run that was made to do again what each of `run_ids` did, if any."""
    if not run_ids:
        return {}
    newest_first = run_records(instance, tags={_PARENT: run_ids})
    runs = [record.dagster_run for record in reversed(newest_first)]
    return {run.tags[_PARENT]: run for run in runs}


def _row(
    instance: "DagsterInstance", record: "RunRecord", again: dict[str, "DagsterRun"]
) -> dict[str, Any]:
    run = record.dagster_run
    kind, error = first_error(instance, run.run_id)
    return {
        **run_row(run),
        "ended": moment(_ended(record)),
        "error": error if len(error) <= _LONGEST else f"{error[: _LONGEST - 3]}...",
        "next": _next_step(run, kind, error, again.get(run.run_id)),
    }


def _next_step(run: "DagsterRun", kind: str, error: str, retry: "DagsterRun | None") -> str:
    """Say what was done about a failure, or else what to type."""
    if retry is not None:
        return f"retried as {short(retry.run_id)} ({retry.status.value.lower()})"
    if run.tags.get(_WILL_RETRY) == "true":
        return "will be retried by itself"
    if commands := _COMMAND.findall(error):
        return "; ".join(commands)
    # Without an error there was a worker that died.
    command = "retry" if may_pass_by_name(kind) or not kind else "logs"
    return f"traderai runs {command} {short(run.run_id)}"


def _ended(record: "RunRecord") -> float:
    return record.end_time or as_utc(record.create_timestamp).timestamp()
