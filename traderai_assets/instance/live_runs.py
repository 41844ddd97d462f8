"""Live updates: runs for many markets, which their run config lists, and what they hold."""

from collections.abc import Iterable, Mapping
from typing import Any

from dagster import DagsterInstance, DagsterRun

from traderai_assets.instance.run_claims import FINISHED
from traderai_assets.work_classes import HOLDS_TAG, LIVE_JOB, holds_tag

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


def holds(run: DagsterRun, market: str, assets: Iterable[str]) -> bool:
    """Whether the run writes any of these assets of a market, as the coordinator has stamped it."""
    return any(holds_tag(asset, market) in run.tags for asset in assets)


def contested_now(instance: DagsterInstance) -> frozenset[str]:
    """Return the tags that say what more than one unfinished run holds; one query."""
    from dagster._core.storage.runs import SqlRunStorage
    from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
    from sqlalchemy import func, select

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
