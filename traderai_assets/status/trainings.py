"""How far each training is: fold, percentage, trial, best so far, estimated end."""

from typing import TYPE_CHECKING, Any

from traderai_assets.domain.numbers import significant
from traderai_assets.instance.database_reading.instance_files import InstanceFiles
from traderai_assets.instance.database_reading.progress import stored_report
from traderai_assets.status.run_facts import moment

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun


def _report(instance: "DagsterInstance | InstanceFiles", run_id: str) -> dict[str, Any] | None:
    if isinstance(instance, InstanceFiles):
        return stored_report(instance, run_id)
    from traderai_assets.runs.progress_log import last_report

    return last_report(instance, run_id)


def training_row(instance: "DagsterInstance", run: "DagsterRun") -> dict[str, Any] | None:
    """Return how far the run's training is; None where it trains nothing at the moment."""
    report = _report(instance, run.run_id)
    if report is None or report["state"] != "running":
        return None
    best = report["best"]
    return {
        "run": run.run_id,
        **({"strategy": report["strategy"]} if report["strategy"] else {}),
        "model": report["partition"],
        "phase": report["phase"],
        "fold": f"{report['current_fold']}/{report['total_folds']}",
        "percent": report["progress_pct"],
        "trial": f"{report['trial']}/{report['total_trials']}",
        "best": None if best is None else significant(best, 3),
        "started": moment(report["started_at"]),
        "ends": moment(report.get("estimated_end")),
        "as_of": moment(report["as_of"]),
    }
