"""How far each training is: fold, percentage, trial, best so far, estimated end."""

from typing import TYPE_CHECKING, Any

from traderai_assets.domain.numbers import significant
from traderai_assets.status.run_facts import moment

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun


def training_row(instance: "DagsterInstance", run: "DagsterRun") -> dict[str, Any] | None:
    """Return how far the run's training is; None where it trains nothing at the moment."""
    from traderai_assets.runs.progress_log import last_word

    word = last_word(instance, run.run_id)
    if word is None or word["state"] != "running":
        return None
    best = word["best"]
    return {
        "run": run.run_id,
        "model": word["partition"],
        "phase": word["phase"],
        "fold": f"{word['current_fold']}/{word['total_folds']}",
        "percent": word["progress_pct"],
        "trial": f"{word['trial']}/{word['total_trials']}",
        "best": None if best is None else significant(best, 3),
        "started": moment(word["started_at"]),
        "ends": moment(word.get("estimated_end")),
        "as_of": moment(word["as_of"]),
    }
