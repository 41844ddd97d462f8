"""What is asked of an instance by who only looks: Dagster answers, or its files do (InstanceFiles).

Statuses are named by their values. Dagster is imported only where it is what answers.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from traderai_assets.instance.database_reading.instance_files import InstanceFiles

if TYPE_CHECKING:
    from dagster import DagsterInstance, RunRecord


def run_records(
    instance: "DagsterInstance | InstanceFiles",
    statuses: Sequence[str] = (),
    *,
    tags: Mapping[str, Sequence[str]] | None = None,
    limit: int | None = None,
    ascending: bool = False,
) -> "list[RunRecord]":
    """Return runs by status and tags, the newest first unless `ascending`."""
    if isinstance(instance, InstanceFiles):
        return instance.run_records(  # type: ignore[return-value]  # It has what is asked of it
            statuses, tags=tags or {}, limit=limit, ascending=ascending
        )
    from dagster import DagsterRunStatus, RunsFilter

    asked = RunsFilter(
        statuses=[DagsterRunStatus(name) for name in statuses],
        tags={key: list(values) for key, values in (tags or {}).items()},
    )
    return list(instance.get_run_records(asked, limit=limit, ascending=ascending))


def stored_notes(
    instance: "DagsterInstance | InstanceFiles", names: Sequence[str]
) -> Mapping[str, str]:
    """Return the notes of these names that exist."""
    if isinstance(instance, InstanceFiles):
        return instance.notes(names)
    return instance.run_storage.get_cursor_values(set(names))


def last_heartbeat(instance: "DagsterInstance | InstanceFiles", daemon: str) -> float | None:
    """Return when a daemon wrote last that it lives, in seconds since 1970; None if never."""
    if isinstance(instance, InstanceFiles):
        return instance.heartbeat(daemon)
    heartbeat = instance.get_daemon_heartbeats().get(daemon)
    return None if heartbeat is None else heartbeat.timestamp


def events_of_run(
    instance: "DagsterInstance | InstanceFiles",
    run_id: str,
    kinds: Sequence[str],
    *,
    limit: int,
    ascending: bool = True,
) -> list[Any]:
    """Return events of a run of these kinds, as log entries."""
    if isinstance(instance, InstanceFiles):
        return instance.events(run_id, kinds, limit=limit, ascending=ascending)
    from dagster import DagsterEventType

    page = instance.get_records_for_run(
        run_id,
        of_type={DagsterEventType(kind) for kind in kinds},
        limit=limit,
        ascending=ascending,
    )
    return [record.event_log_entry for record in page.records]


def failed_ticks(instance: "DagsterInstance | InstanceFiles") -> list[tuple[str, Any]]:
    """Return name and last tick of each sensor whose last tick failed."""
    if isinstance(instance, InstanceFiles):
        return instance.last_ticks()
    from dagster._core.definitions.run_request import InstigatorType
    from dagster._core.scheduler.instigation import TickStatus

    if instance.schedule_storage is None:  # An instance in memory has nothing that ticks
        return []
    found = []
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        failed = [one for one in ticks if one.status == TickStatus.FAILURE]
        found += [(state.instigator_name, one.tick_data) for one in failed]
    return found
