"""`traderai notify`: whether people can be reached, and what they were told."""

import sys
from datetime import UTC, datetime
from typing import Any

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.exit_codes import FAILED
from traderai_assets.cli.printing import json_option, print_rows

_NOBODY = (
    "No destination is named; TRADERAI_NOTIFY__DESTINATIONS names some, as docs/notifications.md "
    "shows."
)


@click.group()
def command() -> None:
    """Try the destinations of notifications, and see what waits for them.

    Example: traderai notify test
    """


@command.command()
@json_option
def test(*, as_json: bool) -> None:
    """Send a test message to every destination; exit code 1 where one did not take it.

    Example: traderai notify test
    """
    from resources.notifications.build import build_destinations
    from resources.notifications.destination import NotDelivered
    from traderai_assets.domain.notifications.facts import Fact, message_of
    from traderai_assets.domain.notifications.kinds import TEST

    now = datetime.now(UTC)
    said, way_out = "this is a test: what matters arrives here", "nothing is to be done"
    message = message_of([Fact(f"test:{now.isoformat()}", TEST.name, "test", said, way_out, now)])
    rows: list[dict[str, Any]] = []
    for destination in build_destinations(open_settings()):
        row = {"destination": destination.name, "taken": "yes", "error": None}
        try:
            destination.send(message)
        except NotDelivered as error:
            row |= {"taken": "no", "error": str(error)}
        rows.append(row)
    print_rows(rows, as_json=as_json, empty=_NOBODY)
    if any(row["error"] for row in rows):
        sys.exit(FAILED.number)


@command.command("list")
@json_option
def list_destinations(*, as_json: bool) -> None:
    """List the destinations: what waits for each, and what it did not take.

    Example: traderai notify list
    """
    from traderai_assets.status.notifications import destination_rows

    settings = open_settings()
    with open_instance(settings) as instance:
        rows = destination_rows(instance, settings)
    print_rows(rows, as_json=as_json, empty=_NOBODY)
