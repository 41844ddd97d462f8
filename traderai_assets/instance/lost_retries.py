"""Retries that were promised and never made: cancelled, instead of being waited for for ever.

Dagster writes on a failed run whether it will be tried again, and another part of its daemon does
it. Where the job is gone from the code location by then, or the run's own root was deleted, nobody
does, and nobody takes the promise back.
"""

from datetime import datetime, timedelta

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.storage.tags import WILL_RETRY_TAG

from traderai_assets.domain.states.facts import RETRY_GRACE
from traderai_assets.instance.run_states import state_of

# Where nothing ran for longer, the next failure is found soon enough
_SEARCHED = timedelta(days=2)
_LOST = "retry lost"


def give_up_lost_retries(instance: DagsterInstance, now: datetime) -> list[str]:
    """Take back each promise that was not kept in time; return what was taken back.

    What a sensor wanted of such a run it asks for again by itself.
    """
    promised = RunsFilter(
        statuses=[DagsterRunStatus.FAILURE],
        tags={WILL_RETRY_TAG: "true"},
        updated_after=now - _SEARCHED,
    )
    taken_back = []
    for record in instance.get_run_records(promised):
        run = record.dagster_run
        if state_of(record, now).name != _LOST:
            continue
        instance.add_run_tags(run.run_id, {WILL_RETRY_TAG: "false"})
        message = (
            f"It was to be tried again and was not within {RETRY_GRACE}; nobody waits for that."
        )
        instance.report_engine_event(message, run)
        taken_back.append(f"run {run.run_id[:8]} was to be tried again, and was not")
    return taken_back
