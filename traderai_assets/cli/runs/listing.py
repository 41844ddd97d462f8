"""`traderai runs list`: the newest runs, by status, class or market."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.printing import json_option, print_rows
from traderai_assets.status.run_facts import moment, run_row, short, span
from traderai_assets.work_classes import CLASS_TAG, WORK_CLASSES

if TYPE_CHECKING:
    from dagster import RunRecord, RunsFilter

STATUSES = (
    "not_started",
    "queued",
    "starting",
    "started",
    "canceling",
    "canceled",
    "success",
    "failure",
)


@click.command()
@click.option("--status", type=click.Choice(STATUSES), multiple=True, help="As in the web UI.")
@click.option(
    "--class",
    "work_class",
    type=click.Choice([work.name for work in WORK_CLASSES]),
    help="As in traderai status.",
)
@click.option("--market", help="Written exchange:symbol, or its key.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@json_option
def command(
    *,
    status: tuple[str, ...],
    work_class: str | None,
    market: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the newest runs, of one status, class or market where asked for.

    Example: traderai runs list --status failure --class training
    """
    settings = open_settings()
    tags = {CLASS_TAG: work_class} if work_class else {}
    with open_instance(settings) as instance:
        if market:
            from traderai_assets.instance.live_runs import records_of_market

            key, statuses = settings.market(market).key, _filter(status, tags).statuses
            records = records_of_market(instance, key, statuses, tags=tags, limit=limit)
        else:
            records = list(instance.get_run_records(_filter(status, tags), limit=limit))
    rows = [_row(record) for record in records]
    if not as_json:
        rows = [_for_people(row) for row in rows]
    asked_for = status or tags or market
    nothing = "No such run; without options all are listed." if asked_for else "No run yet."
    print_rows(rows, as_json=as_json, empty=nothing)


def _filter(statuses: tuple[str, ...], tags: dict[str, str]) -> "RunsFilter":
    from dagster import DagsterRunStatus, RunsFilter

    return RunsFilter(statuses=[DagsterRunStatus(name.upper()) for name in statuses], tags=tags)


def _row(record: "RunRecord") -> dict[str, Any]:
    began, ended = record.start_time, record.end_time
    until = ended or datetime.now(UTC).timestamp()
    return {
        **run_row(record.dagster_run),
        "status": record.dagster_run.status.value.lower(),
        "queued": moment(record.create_timestamp),
        "started": moment(began),
        "ended": moment(ended),
        "worked_seconds": None if began is None else round(until - began, 1),
    }


def _for_people(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row in fewer columns: who reads wants to know how long, not until when."""
    worked = row["worked_seconds"]
    return {
        "run": short(row["run"]),
        **{name: row[name] for name in ("job", "class", "market", "status", "queued")},
        "worked": None if worked is None else span(worked),
    }
