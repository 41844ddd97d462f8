"""Progress: how far long work has come, where people look: on the asset and on the run.

What was written is read back in `progress_log`.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.progress_line import (
    AS_OF_TAG,
    FAILED,
    FINISHED,
    RUNNING,
    ProgressLine,
)
from traderai_assets.domain.training.progress import Progress
from traderai_assets.partitions import split_partition_key
from traderai_assets.runs.periodic import Periodic

if TYPE_CHECKING:
    from traderai_assets.runs.partition import Partition

STARTING = "starting"
# What is said must never be older than two seconds, also where the machine is busy. To write it
# costs 18 ms on SQLite, 11 of them for the observation.
SECONDS_BETWEEN_REPORTS = 1.5
_DONE = 100.0
_log = logging.getLogger(__name__)


class ProgressBoard:
    """Where one run says how far it is; the last word stays when the run has ended.

    A store that does not answer must not cost a training: what it refuses is said to the step's
    own log, once, for the store cannot be told.
    """

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self._context = context
        self._last_report = -SECONDS_BETWEEN_REPORTS
        self._complained = False

    def say(self, partition: str, text: str, metadata: dict[str, Any], percent: float) -> None:
        """Show `text` on the Runs page and `metadata` on the asset's, unless it was just done."""
        now = time.monotonic()
        if percent < _DONE and now - self._last_report < SECONDS_BETWEEN_REPORTS:
            return
        self._last_report = now
        line = ProgressLine(text, round(percent), RUNNING if percent < _DONE else FINISHED)
        self.write(partition, line, {**metadata, "progress_pct": percent})

    def write(
        self, partition: str, line: ProgressLine, metadata: dict[str, Any], **tags: str
    ) -> None:
        """Show `line` on the Runs page and `metadata` on the asset's, whatever was said before."""
        from sqlalchemy.exc import SQLAlchemyError

        seen = dg.AssetObservation(self._context.asset_key, partition=partition, metadata=metadata)
        try:
            self._context.log_event(seen)
            self._context.instance.add_run_tags(self._context.run.run_id, {**line.tags(), **tags})
        except (SQLAlchemyError, OSError) as error:
            if not self._complained:
                self._complained = True
                _log.warning("progress could not be written and is not kept: %s", error)


def one_by_one(
    context: dg.AssetExecutionContext, parts: "Iterable[Partition]", what: str
) -> "Iterator[Partition]":
    """Yield the partitions of a run, and say where it has several which of them it is at.

    Parameters
    ----------
    context : AssetExecutionContext
    parts : iterable of Partition
        Of a market and month each.
    what : str
        What is made of each, such as `backtest`.
    """
    board, total = ProgressBoard(context), len(context.partition_keys)
    for done, part in enumerate(parts):
        if total > 1:
            counted = {"months_done": done, "months_asked": total}
            text = f"{part.month.key} {what} {done + 1}/{total}"
            board.say(part.dagster_key, text, counted, _DONE * done / total)
        yield part
        if total > 1 and done + 1 == total:
            counted = {"months_done": total, "months_asked": total}
            board.say(part.dagster_key, f"{what} {total}/{total}", counted, _DONE)


class PartitionProgress:
    """How far the work on one partition is, as it was last reported.

    `report` and `tell` may be called by two threads. The percentage never falls, and the time to
    the end is what the percentage left would take at the pace so far.
    """

    def __init__(
        self, board: ProgressBoard, partition: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._board = board
        self._partition = partition
        self._month = split_partition_key(partition)[1] or partition
        self._clock = clock
        self._began = clock()
        self._started_at = datetime.now(UTC)
        self._lock = threading.Lock()
        self._last = Progress(STARTING, 0, 0, 0, 0, None, "", 0, 0.0)

    def report(self, progress: Progress) -> None:
        """Take down what the work says; `tell` passes it on."""
        with self._lock:
            percent = max(progress.progress_pct, self._last.progress_pct)
            best = progress.best
            finite = best if best is not None and math.isfinite(best) else None
            self._last = replace(progress, progress_pct=percent, best=finite)

    def tell(self, state: str = RUNNING, **more: str) -> None:
        """Say how far the work is at this moment."""
        with self._lock:
            last = self._last
        now = datetime.now(UTC)
        left = self._seconds_left(last.progress_pct) if state == RUNNING else None
        end = None if left is None else now + timedelta(seconds=left)
        self._board.write(
            self._partition,
            ProgressLine(f"{self._month} {_words(last)}", int(last.progress_pct), state, end),
            {"state": state, **_numbers(last), **self._times(now, end), **more},
            **{AS_OF_TAG: now.isoformat(timespec="seconds")},
        )

    def _times(self, now: datetime, end: datetime | None) -> dict[str, Any]:
        times = {"started_at": self._started_at, "as_of": now}
        if end is not None:
            times["estimated_end"] = end
        return {name: dg.TimestampMetadataValue(at.timestamp()) for name, at in times.items()}

    def _seconds_left(self, percent: float) -> float | None:
        """Return how long the rest takes; unknown before anything is done."""
        if percent <= 0.0:
            return None
        elapsed = self._clock() - self._began
        return elapsed * (_DONE - percent) / percent


def _numbers(progress: Progress) -> dict[str, Any]:
    return {
        "phase": progress.phase,
        "current_fold": progress.current_fold,
        "total_folds": progress.total_folds,
        "trial": progress.trial,
        "total_trials": progress.total_trials,
        "best": progress.best,
        "progress_pct": progress.progress_pct,
    }


def progress_text(progress: Progress) -> str:
    """Return one line for people: phase, fold, trial, best so far, percent."""
    return ProgressLine(_words(progress), int(progress.progress_pct), RUNNING).text


def _words(progress: Progress) -> str:
    words = [progress.phase]
    if progress.total_folds:
        words.append(f"fold {progress.current_fold}/{progress.total_folds}")
    if progress.total_trials:
        words.append(f"trial {progress.trial}/{progress.total_trials}")
    if progress.best is not None:
        words.append(f"best {shown(progress.best, 3)}")
    return " ".join(words)


@contextmanager
def training_progress(
    context: dg.AssetExecutionContext, partition: str
) -> Iterator[Callable[[Progress], None]]:
    """Yield what the training of one partition reports to, and say it on while the block lasts.

    What was said last is said again every two seconds with a new time, whatever the training does
    meanwhile. When the block ends it is said to be finished, or failed, for good.
    """
    work = PartitionProgress(ProgressBoard(context), partition)
    work.tell()
    try:
        with Periodic(work.tell, SECONDS_BETWEEN_REPORTS):
            yield work.report
    except BaseException as error:
        work.tell(FAILED, error=str(error)[:500] or type(error).__name__)
        raise
    work.tell(FINISHED)
