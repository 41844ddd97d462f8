"""Waiting for runs that were queued: a bar each on a terminal, a line for each change elsewhere."""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.exit_codes import FAILED
from traderai_assets.cli.progress_bars import bars
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.progress_line import ProgressLine

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun
    from rich.progress import Progress

SECONDS_BETWEEN_POLLS = 1.0
_ALL = 100
_WILL_RETRY = "dagster/will_retry"


class RunWait:
    """Runs that are waited for, each followed by the one that tries again what it failed of."""

    def __init__(self, instance: "DagsterInstance", run_ids: Sequence[str]) -> None:
        self._instance = instance
        self._now = {run_id: run_id for run_id in run_ids}
        self._said: dict[str, str] = {}

    def until_ended(self) -> list[dict[str, Any]]:
        """Return a row for each run once all have ended: which, and how it ended.

        Raises
        ------
        TraderAIError
            If one of them was deleted meanwhile.
        """
        with bars() as drawn:
            tasks = {
                run_id: drawn.add_task(run_id[:8], total=_ALL) if drawn else None
                for run_id in self._now
            }
            while True:
                found = {first: self._last(first) for first in self._now}
                for first, run in found.items():
                    self._tell(first, run, drawn, tasks[first])
                if all(run.is_finished and not self._goes_on(run) for run in found.values()):
                    return [
                        {"run": first, "ended_as": run.status.value.lower(), "last_try": run.run_id}
                        for first, run in found.items()
                    ]
                time.sleep(SECONDS_BETWEEN_POLLS)

    def _last(self, first: str) -> "DagsterRun":
        from traderai_assets.status.failures import retries

        again = retries(self._instance, [self._now[first]])
        if self._now[first] in again:
            self._now[first] = again[self._now[first]].run_id
        run = self._instance.get_run_by_id(self._now[first])
        if run is None:
            raise TraderAIError(
                f'run {first[:8]} is not there any more; "traderai runs list" names the newest'
            )
        return run

    def _goes_on(self, run: "DagsterRun") -> bool:
        return run.status.value == "FAILURE" and run.tags.get(_WILL_RETRY) == "true"

    def _tell(self, first: str, run: "DagsterRun", drawn: "Progress | None", task: Any) -> None:
        line = ProgressLine.of_tags(run.tags)
        status = run.status.value.lower()
        where = f"{status} {line.what}" if line is not None and not run.is_finished else status
        said = f"{first[:8]} {plain_line(where)}"
        if drawn is not None:
            done = _ALL if run.is_finished else (line.percent if line is not None else None)
            drawn.update(task, description=said, completed=done or 0)
        elif self._said.get(first) != said:
            self._said[first] = said
            click.echo(said, err=True)


def waited_for(instance: "DagsterInstance", run_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Wait until the runs have ended, and return how each did."""
    return RunWait(instance, run_ids).until_ended()


def end_as(ended: Sequence[dict[str, Any]]) -> None:
    """End the command with what to do about the runs that did not succeed, if any."""
    lost = [row for row in ended if row["ended_as"] != "success"]
    for row in lost:
        last = row["last_try"][:8]
        click.echo(
            f"traderai: run {last} ended as {row['ended_as']}; "
            f'"traderai runs logs {last}" says of what',
            err=True,
        )
    if lost:
        sys.exit(FAILED.number)
