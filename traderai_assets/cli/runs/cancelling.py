"""`traderai runs cancel`: what waits leaves the queue, what works is stopped, for good."""

from typing import TYPE_CHECKING

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.printing import json_option, print_rows
from traderai_assets.cli.runs.finding import find_run, named
from traderai_assets.domain.errors import InvalidInput, TraderAIError

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option("--all-queued", is_flag=True, help="Cancel everything that waits.")
@json_option
def command(runs: tuple[str, ...], *, all_queued: bool, as_json: bool) -> None:
    """Cancel runs, each named by the first characters of its id.

    One that works has ended when this returns; what it has published stays.

    Example: traderai runs cancel 1a2b3c4d
    """
    if bool(runs) == all_queued:
        raise click.UsageError("name the runs to cancel, or say --all-queued")
    with open_instance(open_settings()) as instance:
        wanted = _queued(instance) if all_queued else [find_run(instance, run) for run in runs]
        _refuse_finished(wanted)
        outcomes = []
        for run in wanted:
            outcomes.append({"run": run.run_id, "outcome": cancel(instance, run)})
            if not as_json:
                click.echo(outcomes[-1]["outcome"])
    if as_json or not wanted:
        print_rows(outcomes, as_json=as_json, empty="Nothing waits.")


def cancel(instance: "DagsterInstance", run: "DagsterRun") -> str:
    """Cancel one run and return what became of it.

    Raises
    ------
    TraderAIError
        If its worker is on another machine, and so cannot be seen to end.
    """
    instance.run_coordinator.cancel_run(run.run_id)
    after = instance.get_run_by_id(run.run_id)
    if after is None or after.status.value == "CANCELED":
        return f"Cancelled {named(run)}."
    if after.is_finished:
        return f"Not cancelled: {named(run)} has ended as {after.status.value} meanwhile."
    raise TraderAIError(
        f"{named(run)} is told to stop, but its worker is not on this machine; the daemon "
        'that started it stops it, see "traderai status"'
    )


def _queued(instance: "DagsterInstance") -> list["DagsterRun"]:
    from dagster import DagsterRunStatus, RunsFilter

    # Who would start next goes first: the daemon takes no rest meanwhile
    waiting = instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.QUEUED]), ascending=True)
    return list(waiting)


def _refuse_finished(runs: list["DagsterRun"]) -> None:
    """Raise before anything is cancelled: who named an ended run may have meant another."""
    ended = [f"{named(run)} has ended as {run.status.value}" for run in runs if run.is_finished]
    if ended:
        raise InvalidInput(
            f"{'; '.join(ended)}; nothing was cancelled, "
            '"traderai runs list --status queued --status started" names what can be'
        )
