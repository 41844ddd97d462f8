"""Progress: how far long work has come, where people look: on the asset and on the run."""

import time
from collections.abc import Callable
from typing import Any

import dagster as dg

from traderai_assets.domain.training.progress import Progress

PROGRESS_TAG = "traderai/progress"
SECONDS_BETWEEN_REPORTS = 2.0  # an event costs 20 to 30 ms of CPU on SQLite
_DONE = 100.0


class ProgressBoard:
    """Where one run says how far it is: at most every two seconds, and the last word always."""

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self._context = context
        self._last_report = -SECONDS_BETWEEN_REPORTS

    def say(self, partition: str, text: str, metadata: dict[str, Any], percent: float) -> None:
        """Show `text` on the Runs page and `metadata` on the asset's."""
        now = time.monotonic()
        if percent < _DONE and now - self._last_report < SECONDS_BETWEEN_REPORTS:
            return
        self._last_report = now
        self._context.log_event(
            dg.AssetObservation(
                self._context.asset_key,
                partition=partition,
                metadata={**metadata, "progress_pct": percent},
            )
        )
        self._context.instance.add_run_tags(
            self._context.run.run_id, {PROGRESS_TAG: f"{text} {percent:.0f}%"}
        )


def training_progress(
    context: dg.AssetExecutionContext, partition: str
) -> Callable[[Progress], None]:
    """Return what a training of one month reports to."""
    board = ProgressBoard(context)
    month = partition.rpartition("|")[2]

    def report(progress: Progress) -> None:
        board.say(
            partition,
            f"{month} {progress.phase} fold {progress.current_fold}/{progress.total_folds}",
            {
                "current_fold": progress.current_fold,
                "total_folds": progress.total_folds,
                "phase": progress.phase,
            },
            progress.progress_pct,
        )

    return report
