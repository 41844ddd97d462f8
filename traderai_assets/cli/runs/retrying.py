"""`traderai runs retry`: what a run did not finish, done again by a new run in the queue."""

from typing import TYPE_CHECKING

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.launch import DEFAULT_URL, launch_again
from traderai_assets.cli.printing import answer, json_option
from traderai_assets.cli.runs.finding import find_run, named
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.status.failures import retries
from traderai_assets.status.run_facts import short

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun


@click.command()
@click.argument("run")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="The web server to ask.")
@json_option
def command(run: str, url: str, *, as_json: bool) -> None:
    """Do again what RUN did not finish; steps that succeeded stay.

    Example: traderai runs retry 1a2b3c4d
    """
    with open_instance(open_settings()) as instance:
        found = find_run(instance, run)
        _refuse_unless_unfinished_business(instance, found)
    again = launch_again(url, found.run_id)
    told = f'Queued run {again} for {named(found)}. See "traderai status".'
    answer(told, as_json=as_json, run=again, retries=found.run_id)


def _refuse_unless_unfinished_business(instance: "DagsterInstance", run: "DagsterRun") -> None:
    status = run.status.value
    if not run.is_finished:
        raise InvalidInput(
            f"{named(run)} is {status}, not ended; "
            f'"traderai runs cancel {short(run.run_id)}" ends it first'
        )
    if status == "SUCCESS":
        raise InvalidInput(
            f"{named(run)} succeeded and left nothing undone; to do all of it again, use "
            '"Re-execute" in the web UI'
        )
    retry = retries(instance, [run.run_id]).get(run.run_id)
    if retry is not None and not retry.is_finished:
        raise InvalidInput(f"{named(run)} is being retried already, as {short(retry.run_id)}")
