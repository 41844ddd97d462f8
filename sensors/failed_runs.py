"""Says of runs whose worker was killed that they failed, and how far they had come.

Whoever killed it (kill -9, want of memory, a power cut), a dead worker can say nothing: its run
still claims to be at work. Most runs are known as ended by then; where the code server was killed
with its workers Dagster itself never notices, and the run would hold its slot for ever.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from traderai_assets.assets.last_words import mark_failed
from traderai_assets.assets.progress import AS_OF_TAG, RUNNING, STATE_TAG
from traderai_assets.settings import Settings

RUNS_A_TICK = 20  # a tick has 60 s, and the next one goes on
# A worker at work speaks every two seconds, whatever it does.
SILENCE = timedelta(minutes=3)
_ENDED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_AT_WORK = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def failed_runs_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""

    @dg.sensor(
        name="failed_runs",
        minimum_interval_seconds=settings.sensors.interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks runs whose worker was killed, and their progress, as failed.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        instance = context.instance
        at_work = instance.get_runs(_claiming(_AT_WORK))
        fallen = silent(at_work, datetime.now(UTC))
        # Twice in a row: a machine that slept has workers that are about to speak again.
        earlier = json.loads(context.cursor or "{}")
        context.update_cursor(json.dumps(fallen))
        for run in at_work:
            if run.run_id in fallen and fallen[run.run_id] == earlier.get(run.run_id):
                since = fallen[run.run_id]
                instance.report_run_failed(run, f"The worker has said nothing since {since}.")
        killed = instance.get_runs(_claiming(_ENDED), limit=RUNS_A_TICK)
        marked = [f"{run.run_id[:8]} {mark_failed(instance, run)}" for run in killed]
        return dg.SkipReason("; ".join(marked) or "no run ended without its last word")

    return sensor


def silent(runs: Sequence[dg.DagsterRun], now: datetime) -> dict[str, str]:
    """Return since when each run is silent that should have spoken long ago."""
    return {
        run.run_id: said
        for run in runs
        if (said := run.tags.get(AS_OF_TAG)) and now - datetime.fromisoformat(said) > SILENCE
    }


def _claiming(statuses: list[dg.DagsterRunStatus]) -> dg.RunsFilter:
    """Return what finds runs of these statuses that claim to be at work."""
    return dg.RunsFilter(statuses=statuses, tags={STATE_TAG: RUNNING})
