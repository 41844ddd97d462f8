"""`traderai signals`: those that hold now, or held at a moment."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from traderai_assets.cli.context import open_lake, open_settings
from traderai_assets.cli.moments import moment_of
from traderai_assets.cli.printing import json_option, print_rows
from traderai_assets.domain.errors import InvalidInput


@click.group()
def command() -> None:
    """List the signals that hold, now or at a moment.

    Example: traderai signals as-of 2026-03-01T12:00
    """


@command.command("as-of")
@click.argument("time", required=False)
@click.option("--market", "markets", multiple=True, help="Of this market alone.")
@click.option("--strategy", help="Of this strategy alone.")
@json_option
def as_of(time: str | None, *, markets: Sequence[str], strategy: str | None, as_json: bool) -> None:
    """List the signals that hold at TIME, UTC: decided by then, and not over; now if left out.

    Levels are indicative, around the close of the signal's bar. Signals are kept for ever. One that
    was said late, as after an outage, counts from its bar's close on all the same.

    Example: traderai signals as-of 2026-03-01T12:00 --market binance:BTC/USDT
    """
    from traderai_assets.status.signals import signal_rows

    settings = open_settings()
    now = datetime.now(UTC)
    moment = now if time is None else moment_of(time, "TIME")
    if moment > now and not settings.sandbox_file.exists():  # Where it may be any time
        raise InvalidInput(
            f"TIME {moment:%Y-%m-%d %H:%M} UTC is still to come; leave it out for what holds now"
        )
    rows = signal_rows(
        open_lake(settings),
        settings,
        moment,
        markets=[settings.market(text).key for text in markets],
        strategy=strategy,
    )
    print_rows(rows, as_json=as_json, empty="no signal holds then")
