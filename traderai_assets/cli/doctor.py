"""`traderai doctor`: what an installation needs to work, and the cure where it lacks it."""

import os
import sys
from contextlib import ExitStack
from functools import cache

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.exit_codes import FAILED
from traderai_assets.cli.printing import json_option, print_rows


@click.command()
@json_option
def command(*, as_json: bool) -> None:
    """Look at versions, home, disk, instance, daemon, lake, exchanges, clocks and proxy.

    Exit code 1 where something is broken; a warning alone is none. Nothing is changed.

    Example: traderai doctor
    """
    from traderai_assets.status.doctor import BROKEN, examine

    settings = open_settings()
    with ExitStack() as stack:
        instance = cache(lambda: stack.enter_context(open_instance(settings)))
        rows = examine(settings, instance, os.environ)
    print_rows(rows, as_json=as_json, empty="")
    if any(row["state"] == BROKEN for row in rows):
        sys.exit(FAILED.number)
