"""Which assets of strategies runs have written: each has one writer a market, as any asset has.

The queue must name each tag that it limits, and which strategies there are is the settings'
matter. So the coordinator notes the asset when a run of it is first submitted, and the daemon reads
the note whenever it looks at the queue. Two that are noted at one moment may lose one of them until
it is next submitted; the lake's conflict check is the certainty.
"""

import json
from collections.abc import Iterable

from dagster import DagsterInstance, DagsterRun

from traderai_assets.domain.queue.hand_jobs import HAND_JOBS
from traderai_assets.instance.live_runs import ASSETS_TAG
from traderai_assets.instance.market_notes import read_notes, write_notes
from traderai_assets.work_classes import JOBS, LIVE_JOB

_NAME = "traderai/strategy_writers"


def written_by(instance: DagsterInstance, run: DagsterRun) -> frozenset[str]:
    """Return what a run writes, as keys such as `fast/models`; of another's job `unknown`.

    A run of a job without a selection writes all that its plan holds, which is stored with it.
    """
    if run.asset_selection or run.job_name not in JOBS:
        return selected(run)
    name = run.execution_plan_snapshot_id
    plan = instance.get_execution_plan_snapshot(name) if name else None
    keys = (
        output.properties.asset_key
        for step in (plan.steps if plan is not None else ())
        for output in step.outputs
        if output.properties is not None
    )
    return frozenset(key.to_user_string() for key in keys if key is not None) or selected(run)


def selected(run: DagsterRun) -> frozenset[str]:
    """Return what a run writes, as far as the run itself says it."""
    if run.asset_selection:
        return frozenset("/".join(key.path) for key in run.asset_selection)
    if run.job_name in {LIVE_JOB, *HAND_JOBS} and ASSETS_TAG in run.tags:
        return frozenset(run.tags[ASSETS_TAG].split(","))
    return JOBS.get(run.job_name, frozenset({"unknown"}))


def noted_writers(instance: DagsterInstance) -> list[str]:
    """Return the assets of strategies that have been noted, sorted."""
    told: list[str] = json.loads(read_notes(instance, [_NAME]).get(_NAME) or "[]")
    return told


def note_writers(instance: DagsterInstance, written: Iterable[str]) -> None:
    """Note the assets of strategies among these; nothing is written where all are known."""
    of_strategies = {one for one in written if "/" in one}
    if not of_strategies:
        return
    known = set(noted_writers(instance))
    if not of_strategies <= known:
        write_notes(instance, {_NAME: json.dumps(sorted(known | of_strategies))})
