"""Live updates: runs for many markets, which their run config lists, and what they hold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter

from traderai_assets.domain.run_tags import former
from traderai_assets.work_classes import HOLDS_TAG, LIVE_JOB, MARKET_TAG, holds_tag

LIVE_OP = "update_markets"
# On the job: keys of all that its runs write, strategies' own included
ASSETS_TAG = ".dagster/traderai.assets"


def is_live(run: DagsterRun) -> bool:
    """Whether the run is a live update."""
    return run.job_name == LIVE_JOB


def live_run_config(markets: Iterable[str]) -> dict[str, Any]:
    """Return the run config of a live update of these markets."""
    return {"ops": {LIVE_OP: {"config": {"markets": list(markets)}}}}


def live_markets(run_config: Mapping[str, Any]) -> list[str]:
    """Return the keys of a live update's markets, as its run config lists them; [] without any."""
    told: Any = run_config
    for name in ("ops", LIVE_OP, "config", "markets"):
        told = told.get(name) if isinstance(told, Mapping) else None
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def records_of_market(
    instance: DagsterInstance,
    market: str,
    statuses: Sequence[DagsterRunStatus] = (),
    *,
    tags: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> list[RunRecord]:
    """Return runs for a market, live updates of which it is one included; the newest first."""
    found: dict[str, RunRecord] = {}
    own = ((MARKET_TAG, market), (former(MARKET_TAG), market))
    for tag, value in (*own, (holds_tag("candles", market), "true")):
        wanted = RunsFilter(statuses=statuses, tags={**(tags or {}), tag: value})
        for record in instance.get_run_records(wanted, limit=limit):
            found[record.dagster_run.run_id] = record
    newest = sorted(found.values(), key=lambda record: record.storage_id, reverse=True)
    return newest[:limit]


def newest_record(instance: DagsterInstance, job: str, tag: str, value: str) -> RunRecord | None:
    """Return the newest run of a job with a tag of ours, also under the tag's former name."""
    for name in (tag, former(tag)):
        asked = RunsFilter(job_name=job, tags={name: value})
        for record in instance.get_run_records(asked, limit=1):
            return record
    return None


def contested_now(instance: DagsterInstance) -> frozenset[str]:
    """Return the tags that say what more than one unfinished run holds; one query."""
    from dagster._core.storage.runs import SqlRunStorage
    from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
    from sqlalchemy import func, select

    from traderai_assets.instance.run_claims import FINISHED

    storage = instance.run_storage
    if not isinstance(storage, SqlRunStorage):
        return frozenset()
    asked = (
        select(RunTagsTable.c.key)
        .join(RunsTable, RunsTable.c.run_id == RunTagsTable.c.run_id)
        .where(RunTagsTable.c.key.startswith(HOLDS_TAG, autoescape=True))
        .where(RunsTable.c.status.notin_(FINISHED))
        .group_by(RunTagsTable.c.key)
        .having(func.count() > 1)
    )
    with storage.connect() as connection:
        return frozenset(connection.execute(asked).scalars())
