"""Watching: what the queue does, a line for each change, until what was waited for has come."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.plain_text import plain_lines
from traderai_assets.domain.progress_line import ProgressLine
from traderai_assets.domain.run_tags import tag_of
from traderai_assets.status.run_facts import market_of_run
from traderai_assets.work_classes import CLASS_TAG, STRATEGY_TAG

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun, RunRecord

SECONDS_BETWEEN_POLLS = 1.0
# Of one run, while it does what it did
SECONDS_BETWEEN_LINES = 5.0
RUNS_READ = 200


class QueueWatch:
    """Prints each run's way through the queue since the watch began."""

    def __init__(self, instance: "DagsterInstance") -> None:
        self.instance = instance
        self._began = time.monotonic()
        self._said: dict[str, tuple[str, str, float]] = {}
        self._check: Callable[[], None] = lambda: None
        self._first = {run.run_id for run in instance.get_runs(limit=RUNS_READ)}

    def stop_by(self, check: Callable[[], None]) -> None:
        """Ask `check` at every look; what it raises ends the waiting."""
        self._check = check

    def wait_until(self, what: str, done: Callable[[], bool], seconds: float) -> None:
        """Return when `done` says so and no run waits or works; print what changes meanwhile.

        Raises
        ------
        TraderAIError
            If a run failed, or `seconds` have passed.
        """
        deadline = time.monotonic() + seconds
        self.say(what)
        while True:
            self._check()
            records = self._records()
            for record in reversed(records):
                self._print_change(record)
            if all(record.dagster_run.is_finished for record in records) and done():
                return
            if time.monotonic() > deadline:
                raise TraderAIError(f"{what}: not done after {seconds:.0f} s; see traderai status")
            time.sleep(SECONDS_BETWEEN_POLLS)

    def say(self, text: str) -> None:
        """Print a line with the seconds since the watch began."""
        said = plain_lines(text).replace("\n", " ")
        click.echo(f"[{time.monotonic() - self._began:5.0f} s] {said}")

    def seconds_by_class(self) -> list[dict[str, object]]:
        """Return runs, seconds at work and seconds from queue to end of each work class."""
        rows: dict[str, dict[str, float]] = {}
        for record in self._records():
            name = record.dagster_run.tags.get(CLASS_TAG, "")
            row = rows.setdefault(name, {"runs": 0, "worked": 0.0, "waited": 0.0})
            row["runs"] += 1
            if record.start_time and record.end_time:
                row["worked"] += record.end_time - record.start_time
                row["waited"] += record.start_time - record.create_timestamp.timestamp()
        return [
            {"class": name, **{key: round(value, 1) for key, value in rows[name].items()}}
            for name in sorted(rows, key=lambda name: -rows[name]["worked"])
        ]

    def _records(self) -> list["RunRecord"]:
        records = self.instance.get_run_records(limit=RUNS_READ)
        return [record for record in records if record.dagster_run.run_id not in self._first]

    def _print_change(self, record: "RunRecord") -> None:
        from dagster import DagsterRunStatus

        run = record.dagster_run
        line = ProgressLine.of_tags(run.tags)
        status = run.status.value.lower()
        state = f"{status} {line.where}" if line and not run.is_finished else status
        last_status, last_state, said_at = self._said.get(run.run_id, ("", "", 0.0))
        now = time.monotonic()
        moved_on = state != last_state and now - said_at >= SECONDS_BETWEEN_LINES
        if status != last_status or moved_on:
            self._said[run.run_id] = (status, state, now)
            name = run.tags.get(CLASS_TAG, run.job_name)
            what = f"{market_of_run(run)} {tag_of(run.tags, STRATEGY_TAG) or ''}".strip()
            self.say(f"  {run.run_id[:8]} {name:<16} {what:<22} {state}")
        if run.status == DagsterRunStatus.FAILURE and not self._is_tried_again(run, last_status):
            raise TraderAIError(
                f"run {run.run_id[:8]} ({run.job_name}) failed; "
                f'"traderai runs logs {run.run_id[:8]}" says of what'
            )

    def _is_tried_again(self, run: "DagsterRun", last_status: str) -> bool:
        """Whether the retry policy has the run; it says so a moment after the run has failed."""
        fate = run.tags.get("dagster/will_retry", "true" if last_status != "failure" else "false")
        return fate == "true"
