"""Progress: how far long work has come, where people look: on the asset and on the run."""

import time
from collections.abc import Callable

import dagster as dg

from traderai_assets.domain.training.progress import Progress

PROGRESS_TAG = "traderai/progress"
SECONDS_BETWEEN_REPORTS = 2.0  # an event costs 20 to 30 ms of CPU on SQLite


def progress_reporter(
    context: dg.AssetExecutionContext, partition: str
) -> Callable[[Progress], None]:
    """Return a function that reports at most every two seconds, and the last word always."""
    last_report = 0.0

    def report(progress: Progress) -> None:
        nonlocal last_report
        finished = progress.progress_pct >= 100
        if not finished and time.monotonic() - last_report < SECONDS_BETWEEN_REPORTS:
            return
        last_report = time.monotonic()
        context.log_event(
            dg.AssetObservation(
                context.asset_key,
                partition=partition,
                metadata={
                    "current_fold": progress.current_fold,
                    "total_folds": progress.total_folds,
                    "progress_pct": progress.progress_pct,
                    "phase": progress.phase,
                },
            )
        )
        context.instance.add_run_tags(
            context.run_id,
            {
                PROGRESS_TAG: f"{partition} fold {progress.current_fold}/{progress.total_folds} "
                f"{progress.progress_pct:.0f}% {progress.phase}"
            },
        )

    return report
