"""Sweeps up what a crash left behind: runs nobody works on, and progress nobody speaks of.

The launcher reconciles a run whose worker dies while the daemon lives, and run monitoring one that
had begun before the daemon died. What is left for here: runs that were made and never queued,
launches that were cut in two, workers that do not stop when they are told to, runs at work for
longer than anything takes, failed ones that were to be tried again and were not, and backfills
that wait for what cannot come.
"""

from datetime import UTC, datetime

import dagster as dg

from traderai_assets.domain.progress_line import RUNNING, STATE_TAG
from traderai_assets.domain.run_tags import former
from traderai_assets.instance.instance_guard import foreign
from traderai_assets.instance.lost_retries import give_up_lost_retries
from traderai_assets.instance.orphans import find_orphans, reconcile
from traderai_assets.instance.stalled_backfills import StalledBackfills
from traderai_assets.runs.progress_log import mark_failed
from traderai_assets.settings import Settings

RUNS_A_TICK = 20  # a tick has 60 s, and the next one goes on
ORPHANS_A_TICK = 3  # to stop a worker takes up to twenty seconds
_ENDED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_UNSAID = tuple(
    dg.RunsFilter(statuses=_ENDED, tags={tag: RUNNING}) for tag in (STATE_TAG, former(STATE_TAG))
)


def orphaned_runs_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    backfills = StalledBackfills()

    @dg.sensor(
        name="orphaned_runs",
        minimum_interval_seconds=min(10, settings.sensors.interval_seconds),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Settles runs nobody works on; marks the progress of killed ones as failed.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        # SQLAlchemy is of no use to a code location that is only loaded
        from traderai_assets.instance.run_claims import release_ended

        instance = context.instance
        if fault := foreign(instance):
            return dg.SkipReason(fault)  # Runs of strangers are not ours to reconcile
        now = datetime.now(UTC)
        found = [one for one in find_orphans(instance, now) if one.certain]
        said = [reconcile(instance, orphan) for orphan in found[:ORPHANS_A_TICK]]
        said += give_up_lost_retries(instance, now)
        said += backfills.give_up(instance, now)
        release_ended(instance)
        killed = [run for asked in _UNSAID for run in instance.get_runs(asked, limit=RUNS_A_TICK)]
        said += [f"{run.run_id[:8]} {mark_failed(instance, run)}" for run in killed]
        return dg.SkipReason("; ".join(said) or "no run is orphaned")

    return sensor
