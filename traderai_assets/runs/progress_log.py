"""The log of progress: what a run wrote of it, read back; and written for one that was killed."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dagster as dg

from traderai_assets.domain.progress_line import FAILED, RUNNING, ProgressLine
from traderai_assets.runs.progress import STARTING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE = 500


def last_reports(
    instance: dg.DagsterInstance, run_id: str
) -> dict[tuple[dg.AssetKey, str | None], dg.AssetObservation]:
    """Return the last observation of each asset's partition in a run that tells a state."""
    newest: dict[tuple[dg.AssetKey, str | None], dg.AssetObservation] = {}
    for seen in _newest_first(instance, run_id):
        newest.setdefault((seen.asset_key, seen.partition), seen)
    return newest


def last_report(instance: dg.DagsterInstance, run_id: str) -> dict[str, Any] | None:
    """Return what a run reported last of its progress, as plain values; None if it never did."""
    seen = next(_newest_first(instance, run_id), None)
    if seen is None:
        return None
    values = {name: value.value for name, value in seen.metadata.items()}
    strategy = "/".join(seen.asset_key.path[:-1])
    return {"partition": seen.partition, "strategy": strategy, **values}


def mark_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """Say in place of a run that was killed how far it had come; return what its tag says now.

    Partitions it had finished are left as they are.
    """
    for (asset, partition), seen in last_reports(instance, run.run_id).items():
        if seen.metadata["state"].value != RUNNING:
            continue
        kept = {name: value for name, value in seen.metadata.items() if name != "estimated_end"}
        instance.report_runless_asset_event(
            dg.AssetObservation(
                asset,
                partition=partition,
                metadata=kept
                | {
                    "state": FAILED,
                    "run": run.run_id,
                    "error": f"the run ended as {run.status.value}",
                },
            )
        )
    # The tag last: a tick that is interrupted before it does all of this again.
    last = ProgressLine.of_tags(run.tags) or ProgressLine(STARTING, None, RUNNING)
    failed = replace(last, state=FAILED, ends=None)
    instance.add_run_tags(run.run_id, failed.tags())
    return failed.text


def _newest_first(instance: dg.DagsterInstance, run_id: str) -> "Iterator[dg.AssetObservation]":
    cursor = None
    while True:
        page = instance.get_records_for_run(
            run_id,
            cursor=cursor,
            of_type=dg.DagsterEventType.ASSET_OBSERVATION,
            limit=_PAGE,
            ascending=False,
        )
        for record in page.records:
            event = record.event_log_entry.dagster_event
            if event is not None:
                seen = event.asset_observation_data.asset_observation
                if "state" in seen.metadata:
                    yield seen
        if not page.has_more:
            return
        cursor = page.cursor
