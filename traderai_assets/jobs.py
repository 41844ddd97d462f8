"""Jobs: what can be asked for by name; each writes what work_classes.JOBS says."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from pydantic import Field

from resources.lake.resource import LakeResource
from traderai_assets.checks.models import every_month_has_a_model
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.gate.asset_check import LOOK_BACK_CHECK
from traderai_assets.gate.look_ahead import LOOK_AHEAD_CHECK
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.settings import Settings
from traderai_assets.strategies import tables_of
from traderai_assets.work_classes import JOBS

# Of 100 markets' runs of a day; what is left is for the next time
MOST_RUNS_A_DAY = 100_000
_DESCRIPTIONS = {
    "backfill": "Fetch candles of months gone by; compute their features and labels.",
    "update_latest": "Fetch the open month's new candles; compute their features and labels.",
    "expire_signals": "Settle signals that have ended.",
    "generate_signals": "Say what the strategies that may speak say at each newly closed bar.",
    "train": "Train the models of the months asked for, test them out of sample, record the days.",
    "extend_record": "Test the models of the months asked for anew, and record the days since.",
    "judge": "Judge each strategy by its record over all markets and months.",
    "choose_champion": "Choose the strategy that speaks for a market, and its newest sane model.",
    "monitor_drift": "Compare live features, predictions and results with the champion's training.",
    "replay_history": "Say what the model of each past month would have signalled.",
}


def _selection(job: str) -> dg.AssetSelection:
    # By the last part of a key: which strategies there are is the settings' matter
    assets = dg.AssetSelection.from_string(
        " or ".join(f'key:"{name}" or key:"*/{name}"' for name in sorted(JOBS[job]))
    )
    # Nothing is trained before it is proved again that no feature looks ahead
    return assets | dg.AssetSelection.checks(LOOK_AHEAD_CHECK) if job == "train" else assets


ASSET_JOBS = {
    name: dg.define_asset_job(name, selection=_selection(name), description=description)
    for name, description in _DESCRIPTIONS.items()
}


def own_checks(job: str, strategy: Strategy) -> list[dg.AssetCheckKey] | None:
    """Return the checks of a run of a job for one strategy; None where it has none to choose.

    A run of some of a job's assets makes the checks of these, and not the proof before a training.
    """
    if job != "train":
        return None
    models = asset_key(strategy, "models")
    own = (LOOK_BACK_CHECK.name, every_month_has_a_model.name)
    return [LOOK_AHEAD_CHECK, *(dg.AssetCheckKey(models, name) for name in own)]


class MaintenanceConfig(dg.Config):
    """How long the past is kept."""

    keep_days: float | None = Field(
        default=None,
        ge=1,
        le=7,
        description="Replaced and orphaned files younger than this stay; retention.lake_days of "
        "the settings where nothing is said.",
    )


@dg.op(description="Vacuum unreferenced files, write checkpoints, clean old logs, table by table.")
def maintain_tables(
    context: dg.OpExecutionContext,
    config: MaintenanceConfig,
    lake: LakeResource,
    settings: dg.ResourceParam[Settings],
) -> None:
    """Maintain every table of the lake."""
    keep = timedelta(days=config.keep_days or settings.retention.lake_days)
    for table in tables_of(settings, lake.remembered()):
        report = lake.maintain(table, keep=keep)
        context.log.info(f"{table.path}: {report}")


@dg.op(description="Delete runs that ended long ago, with their events and logs.")
def delete_runs(context: dg.OpExecutionContext, settings: dg.ResourceParam[Settings]) -> None:
    """Delete old runs; the latest event of every partition stays."""
    from traderai_assets.instance.old_runs import delete_old_runs

    before = datetime.now(UTC) - timedelta(days=settings.retention.run_days)
    deleted = delete_old_runs(context.instance, before=before, at_most=MOST_RUNS_A_DAY)
    context.log.info(f"of runs that ended before {before:%Y-%m-%d %H:%M} UTC: {deleted}")


@dg.job(description="Vacuum and checkpoint the lake's tables.")
def maintain_lake() -> None:
    """Maintain the lake."""
    maintain_tables()


@dg.job(description="Delete runs that ended long ago; vacuum and checkpoint the lake's tables.")
def clean_up() -> None:
    """Delete what is no longer needed and is no audit."""
    delete_runs()
    maintain_tables()


# At an hour at which neither a month nor a funding period begins
DAILY_CLEAN_UP = dg.ScheduleDefinition(
    name="daily_clean_up",
    job=clean_up,
    cron_schedule="23 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Asks once a day for the job clean_up, in the lowest class.",
)
