"""Lets runs that have waited long leave the queue sooner; there is no such sensor unless asked for.

Only the order of the queue changes: no limit is lifted, and nothing overtakes candles or the end
of signals, however long it has waited.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from traderai_assets.domain.queue.aging import aged_priority
from traderai_assets.instance.instance_guard import foreign
from traderai_assets.settings import Settings
from traderai_assets.work_classes import CLASS_TAG, PRIORITY_TAG, SIGNALS_GENERATE, WORK_CLASSES

_PRIORITY = {work.name: work.priority for work in WORK_CLASSES}


def aging_runs_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    step = timedelta(minutes=settings.queue.aging_minutes)

    @dg.sensor(
        name="aging_runs",
        minimum_interval_seconds=settings.sensors.interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Raises the priority of runs that have waited long.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if fault := foreign(context.instance):
            return dg.SkipReason(fault)
        aged = age_queue(context.instance, datetime.now(UTC), step)
        return dg.SkipReason("; ".join(aged) or f"no run has waited another {step}")

    return sensor


def age_queue(instance: dg.DagsterInstance, now: datetime, step: timedelta) -> list[str]:
    """Write down what priority each waiting run has come to; return what has changed."""
    said = []
    queued = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])
    for record in instance.get_run_records(queued):
        run = record.dagster_run
        own = _PRIORITY.get(run.tags.get(CLASS_TAG, ""), 0)
        waited = now - record.create_timestamp.replace(tzinfo=UTC)
        aged = aged_priority(own, waited, step, SIGNALS_GENERATE.priority)
        if run.tags.get(PRIORITY_TAG) != str(aged):
            instance.add_run_tags(run.run_id, {PRIORITY_TAG: str(aged)})
            said.append(f"run {run.run_id[:8]} has come from priority {own} to {aged}")
    return said
