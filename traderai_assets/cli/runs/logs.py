"""`traderai runs logs`: the log of a run and of what it failed, line by line, as it comes."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.runs.captured_output import CapturedOutput
from traderai_assets.cli.runs.finding import find_run
from traderai_assets.domain.plain_text import plain_line, plain_lines
from traderai_assets.status.run_errors import error_of

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from dagster._core.events.log import EventLogEntry

LEVELS = ("debug", "info", "warning", "error", "critical")
SECONDS_BETWEEN_POLLS = 1.0
_PAGE = 500
_STACK_LINES = 6
_MOST_CHARACTERS = 10_000  # Of one entry
# What Dagster logs at debug level and a person follows a run by
_FOLLOWED = frozenset(
    {"PIPELINE_START", "PIPELINE_SUCCESS", "STEP_START", "STEP_SUCCESS", "ASSET_CHECK_EVALUATION"}
)


@click.command()
@click.argument("run")
@click.option("--follow", is_flag=True, help="Go on until the run ends, or Ctrl-C.")
@click.option("--level", type=click.Choice(LEVELS), default="info", show_default=True)
@click.option("--stdout", "stream", flag_value="stdout", help="What its steps printed, instead.")
@click.option("--stderr", "stream", flag_value="stderr", help="The same, Dagster's own among it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one text a line.")
def command(run: str, *, follow: bool, level: str, stream: str | None, as_json: bool) -> None:
    """Print the log of RUN: time, level, step, message, and where an error came from.

    Example: traderai runs logs 1a2b3c4d --follow
    """
    with open_instance(open_settings()) as instance:
        run_id = find_run(instance, run).run_id
        source = (
            CapturedOutput(instance, run_id, stream) if stream else Events(instance, run_id, level)
        )
        try:
            _print(instance, run_id, source, follow=follow, as_json=as_json)
        except KeyboardInterrupt:
            if not follow:
                raise


def _print(
    instance: "DagsterInstance",
    run_id: str,
    source: "Events | CapturedOutput",
    *,
    follow: bool,
    as_json: bool,
) -> None:
    while True:
        # Before the last read: what is logged until then is printed
        run = instance.get_run_by_id(run_id)
        for line in source.news():
            click.echo(json.dumps(line) if as_json else line)
        if not follow or run is None or run.is_finished:
            return
        time.sleep(SECONDS_BETWEEN_POLLS)


class Events:
    """The events of one run, from a level on, each printed once."""

    def __init__(self, instance: "DagsterInstance", run_id: str, level: str) -> None:
        self._instance = instance
        self._run_id = run_id
        self._level = logging.getLevelName(level.upper())
        self._cursor: str | None = None

    def news(self) -> Iterator[str]:
        """Yield the lines of what has happened since the last call."""
        while True:
            page = self._instance.get_records_for_run(self._run_id, self._cursor, limit=_PAGE)
            self._cursor = page.cursor
            for record in page.records:
                if _level(record.event_log_entry) >= self._level:
                    yield from _lines(record.event_log_entry)
            if not page.has_more:
                return


def _level(entry: "EventLogEntry") -> int:
    followed = entry.dagster_event is not None and entry.dagster_event.event_type_value in _FOLLOWED
    return max(int(entry.level), logging.INFO) if followed else int(entry.level)


def _lines(entry: "EventLogEntry") -> Iterator[str]:
    at = f"{datetime.fromtimestamp(entry.timestamp, UTC):%Y-%m-%d %H:%M:%S}Z"
    level = logging.getLevelName(_level(entry))
    step = f"{plain_line(entry.step_key)}: " if entry.step_key else ""
    # A line that begins like the next entry is part of this one, and is seen to be
    message = plain_lines(entry.message or _event_kind(entry), most=_MOST_CHARACTERS)
    yield f"{at} {level:<8} {step}" + message.replace("\n", "\n    ")
    error = error_of(entry)
    if error is not None:
        lines = [*"".join(error.stack).splitlines()[-_STACK_LINES:], *error.message.splitlines()]
        yield from (f"    {plain_lines(line, most=_MOST_CHARACTERS)}" for line in lines)


def _event_kind(entry: "EventLogEntry") -> str:
    """Return the kind of an event without a message, such as PIPELINE_ENQUEUED."""
    event = entry.dagster_event
    kind = event.event_type_value if event is not None else ""
    return kind.lower().replace("pipeline", "run").replace("_", " ")
