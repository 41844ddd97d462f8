"""`traderai strategies champions`: who speaks for each market, now or at a moment."""

from datetime import UTC, datetime

import click

from traderai_assets.cli.context import open_lake, open_settings
from traderai_assets.cli.printing import json_option, print_rows


@click.command()
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="Who decided at a bar that closed then, UTC; now where left out.",
)
@json_option
def champions(at: datetime | None, *, as_json: bool) -> None:
    """Say which strategy speaks for each market, by which model, how and why.

    Example: traderai strategies champions --at "2026-03-01 12:00"
    """
    from traderai_assets.status.champions import champion_rows

    moment = None if at is None else at.replace(tzinfo=UTC)
    print_rows(
        champion_rows(open_lake(open_settings()), moment),
        as_json=as_json,
        empty="nobody was chosen yet for any market; `traderai walk-forward` makes a record",
    )
