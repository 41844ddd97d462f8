"""`traderai status`: what runs, what waits, how far it is, what failed last."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.house import open_instance, open_settings
from traderai_assets.cli.printing import print_rows
from traderai_assets.work_classes import CLASS_TAG, MARKET_TAG, TOTAL_SLOTS, WORK_CLASSES

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun

RECENT_FAILURES = 5


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, as_json: bool) -> None:
    """Show the queue by class, how far each training is and when it ends, and the last failures.

    Example: traderai status
    """
    import json

    state = read_status()
    if as_json:
        click.echo(json.dumps(state, default=str, indent=2))
        return
    click.echo(f"{len(state['running'])} of {TOTAL_SLOTS} slots in use.\n")
    print_rows(state["classes"], as_json=False, empty="")
    for title in ("running", "trainings", "queued", "failed"):
        if state[title]:
            click.echo(f"\n{title.capitalize()}:")
            print_rows(state[title], as_json=False, empty="")
    if not state["running"] and not state["queued"]:
        click.echo('\nNothing runs and nothing waits; "make dev" starts the sensors.')


def read_status() -> dict[str, list[dict[str, Any]]]:
    """Return classes, trainings, and running, queued and recently failed runs as rows."""
    from dagster import DagsterRunStatus, RunsFilter
    from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES

    with open_instance(open_settings()) as instance:
        running = instance.get_runs(RunsFilter(statuses=IN_PROGRESS_RUN_STATUSES))
        queued = instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.QUEUED]))
        failed = instance.get_runs(
            RunsFilter(statuses=[DagsterRunStatus.FAILURE]), limit=RECENT_FAILURES
        )
        trainings = [row for run in running if (row := _training(instance, run)) is not None]
    classes = [
        {
            "class": work.name,
            "priority": work.priority,
            "running": _count(running, work.name),
            "slots": work.slots,
            "queued": _count(queued, work.name),
        }
        for work in WORK_CLASSES
    ]
    return {
        "classes": classes,
        "running": [_row(run) for run in running],
        "trainings": trainings,
        "queued": [_row(run) for run in queued],
        "failed": [_row(run) for run in failed],
    }


def _count(runs: Sequence["DagsterRun"], name: str) -> int:
    return sum(run.tags.get(CLASS_TAG) == name for run in runs)


def _row(run: "DagsterRun") -> dict[str, Any]:
    return {
        "run": run.run_id[:8],
        "job": run.job_name if not run.asset_selection else _assets(run),
        "class": run.tags.get(CLASS_TAG, ""),
        "market": run.tags.get(MARKET_TAG, ""),
        "progress": run.tags.get("traderai/progress", ""),
    }


def _training(instance: "DagsterInstance", run: "DagsterRun") -> dict[str, Any] | None:
    """Return how far the run's training is; None where it trains nothing at the moment."""
    from traderai_assets.assets.last_words import last_word

    word = last_word(instance, run.run_id)
    if word is None or word["state"] != "running":
        return None
    best = word["best"]
    return {
        "run": run.run_id[:8],
        "model": word["partition"],
        "phase": word["phase"],
        "fold": f"{word['current_fold']}/{word['total_folds']}",
        "percent": word["progress_pct"],
        "trial": f"{word['trial']}/{word['total_trials']}",
        "best": None if best is None else round(best, 2),
        "started": _moment(word["started_at"]),
        "ends": _moment(word.get("estimated_end")),
        "as_of": _moment(word["as_of"]),
    }


def _moment(timestamp: float | None) -> str | None:
    """Write a moment as people and programs read it, to the second."""
    if timestamp is None:
        return None
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S}Z"


def _assets(run: "DagsterRun") -> str:
    return "+".join(sorted(key.path[-1] for key in run.asset_selection or ()))
