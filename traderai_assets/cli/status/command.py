"""The command: prints the state once, or again and again until Ctrl-C."""

import json
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.colours import console, has_colours
from traderai_assets.cli.context import open_for_reading, open_settings
from traderai_assets.cli.plain_output import draw
from traderai_assets.cli.printing import print_rows
from traderai_assets.cli.status.screen import coloured_screen, screen
from traderai_assets.domain.numbers import megabytes
from traderai_assets.domain.plain_text import plain_lines
from traderai_assets.status.disk import disk_use
from traderai_assets.status.reading import read_status

if TYPE_CHECKING:
    from dagster import DagsterInstance

SECONDS_BETWEEN_POLLS = 2.0
_HAS_COLOURS = "\x1b"
_HOME, _END_OF_LINE, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON; with --watch, one object a line."
)
@click.option("--watch", is_flag=True, help="Refresh every two seconds, until Ctrl-C.")
@click.option("--disk", is_flag=True, help="Show what lies in the home instead, and its growth.")
def command(*, as_json: bool, watch: bool, disk: bool) -> None:
    """Show what runs, what waits and why, how far each training is, and the last failures.

    Example: traderai status --watch
    """
    if disk and watch:
        raise click.UsageError("--disk looks at every file; it is not for --watch")
    if disk:
        _print_disk(as_json=as_json)
        return
    with open_for_reading(open_settings()) as instance:
        if watch:
            _watch(instance, as_json=as_json)
        else:
            _print(read_status(instance), as_json=as_json)


def _print(state: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(state, indent=2))
    elif has_colours():
        console().print(*coloured_screen(state), sep="\n")
    else:
        click.echo(screen(state))


def _print_disk(*, as_json: bool) -> None:
    settings = open_settings()
    found = disk_use(settings.home, datetime.now(UTC))
    if as_json:
        print_rows([asdict(one) for one in found], as_json=True, empty="")
        return
    home, keep = settings.home, settings.retention
    rows = [
        {
            "folder": one.folder,
            "files": f"{one.files:,}",
            "size": megabytes(one.size),
            "of the last day": megabytes(one.last_day),
        }
        for one in found
    ]
    print_rows(rows, as_json=False, empty=f"Nothing lies in {home}.")
    if found:
        total, day = sum(one.size for one in found), sum(one.last_day for one in found)
        click.echo(
            f"{megabytes(total)} in {home}, {megabytes(day)} of it of the last day. Runs go "
            f"{keep.run_days:g} days after their end, replaced files of the lake after "
            f"{keep.lake_days:g} ([retention] in traderai.toml)."
        )


def _watch(instance: "DagsterInstance", *, as_json: bool) -> None:
    try:
        while True:
            state = read_status(instance)
            if as_json:
                click.echo(json.dumps(state))
            else:
                draw(_drawn(_text(state)) + "\n")
            time.sleep(SECONDS_BETWEEN_POLLS)
    except KeyboardInterrupt:
        return


def _text(state: Mapping[str, Any]) -> str:
    """Return the state as lines, with colours where they are seen."""
    if not has_colours():
        return plain_lines(screen(state))
    drawing = console()
    with drawing.capture() as lines:
        drawing.print(*coloured_screen(state), sep="\n")
    return lines.get()


def _drawn(text: str) -> str:
    """Return the text over the last one on a terminal, cut to its size; else with a blank line."""
    if not sys.stdout.isatty():
        return f"{text}\n"
    columns, rows = shutil.get_terminal_size()
    # What has colours has wrapped already
    lines = (line if _HAS_COLOURS in line else line[:columns] for line in text.splitlines())
    shown = [line + _END_OF_LINE for line in lines][: rows - 1]
    return _HOME + "\n".join(shown) + _BELOW
