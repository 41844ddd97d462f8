"""`traderai runs clean`: runs that nobody works on, listed first, and reconciled with --apply."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.printing import json_option, print_rows
from traderai_assets.status.run_facts import run_row, short

if TYPE_CHECKING:
    from traderai_assets.instance.orphans import Orphan


@click.command()
@click.option("--apply", is_flag=True, help="Reconcile them; without it they are only listed.")
@json_option
def command(*, apply: bool, as_json: bool) -> None:
    """List runs that nobody works on any more, or stop what is left of them and mark them.

    Example: traderai runs clean
    """
    from traderai_assets.instance.orphans import find_orphans, reconcile

    with open_instance(open_settings()) as instance:
        orphans = find_orphans(instance, datetime.now(UTC))
        rows = [_row(orphan) for orphan in orphans]
        if apply:
            for row, orphan in zip(rows, orphans, strict=True):
                row["outcome"] = reconcile(instance, orphan)
    if not as_json:
        rows = [{**row, "run": short(row["run"])} for row in rows]
    print_rows(rows, as_json=as_json, empty="Every run that is not ended waits or is worked on.")
    if rows and not apply and not as_json:
        click.echo('\n"traderai runs clean --apply" stops what is left of them and marks them.')


def _row(orphan: "Orphan") -> dict[str, Any]:
    """Return the run and what is wrong; `certain` is what the sensor reconciles by itself."""
    return {
        **run_row(orphan.run),
        "status": orphan.run.status.value.lower(),
        "certain": orphan.certain,
        "reason": orphan.reason,
    }
