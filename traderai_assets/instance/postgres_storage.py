"""The storage `deploy/dagster.yaml` names: Dagster's own on PostgreSQL, made to outlast a restart.

Dagster tries for some seconds to connect and makes no statement again, so that whoever is writing
when the server goes down loses what it wrote: a run its end, the queue a run, a sensor its cursor.
Here every call waits until the server is back (`resources/database/retry.py`). What
follows are the calls that may not simply be made again, because an answer that never came does not
mean that nothing was stored.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, Self

import sqlalchemy as sql
from dagster import DagsterEvent, DagsterRun
from dagster._core.errors import DagsterRunAlreadyExists
from dagster._core.execution.backfill import PartitionBackfill
from dagster._core.scheduler.instigation import InstigatorState, InstigatorTick, TickData
from dagster._core.storage.runs import RunStorage
from dagster._core.storage.runs.schema import RunsTable
from dagster._core.storage.schedules import ScheduleStorage
from dagster._core.storage.schedules.schema import JobTickTable
from dagster._serdes import ConfigurableClassData, serialize_value
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import pg_url_from_config
from sqlalchemy.engine import Connection

from resources.database.retry import (
    OPENING_RETRY_SECONDS,
    Patient,
    patient_with,
    wait_out,
)
from traderai_assets.instance.postgres_events import PatientEventLogStorage


@patient_with(RunStorage)
class PatientRunStorage(Patient, PostgresRunStorage):
    """Runs and their tags; what belongs together is stored in one transaction.

    Dagster stores a run's body and the rows of its tags one by one, and reads the body to write it
    anew: a crash in between leaves a run that no search by tag finds, and of two writers one loses.
    """

    def __init__(self, postgres_url: str) -> None:
        self._held = threading.local()
        super().__init__(postgres_url)

    def connect(self) -> AbstractContextManager[Connection]:
        """Return the connection of the transaction we are in, or a new one."""
        held = getattr(self._held, "connection", None)
        return super().connect() if held is None else nullcontext(held)

    def add_run(self, dagster_run: DagsterRun) -> DagsterRun:
        """Store a run; one of this id that is there after a lost answer is this one."""

        def add() -> DagsterRun:
            with self._whole():
                return super(PatientRunStorage, self).add_run(dagster_run)

        def add_unless_there() -> DagsterRun:
            try:
                return add()
            except DagsterRunAlreadyExists:
                return dagster_run

        return wait_out(self.retry_seconds, add, add_unless_there)

    def add_run_tags(self, run_id: str, new_tags: Mapping[str, str]) -> None:
        """Store tags in the run's body and in their rows, both or none."""

        def add() -> None:
            with self._whole(run_id):
                super(PatientRunStorage, self).add_run_tags(run_id, new_tags)

        wait_out(self.retry_seconds, add)

    def handle_run_event(
        self, run_id: str, event: DagsterEvent, update_timestamp: datetime | None = None
    ) -> None:
        """Store what an event says of the run."""

        def handle() -> None:
            with self._whole(run_id):
                super(PatientRunStorage, self).handle_run_event(run_id, event, update_timestamp)

        wait_out(self.retry_seconds, handle)

    def add_backfill(self, partition_backfill: PartitionBackfill) -> None:
        """Store a backfill; one of this id that is there after a lost answer is this one."""

        def add() -> None:
            with self._whole():
                super(PatientRunStorage, self).add_backfill(partition_backfill)

        def add_unless_there() -> None:
            if self.get_backfill(partition_backfill.backfill_id) is None:
                add()

        wait_out(self.retry_seconds, add, add_unless_there)

    @contextmanager
    def _whole(self, run_id: str | None = None) -> Iterator[None]:
        """Let all that is done inside be one transaction, which has the run to itself."""
        with super().connect() as plain:
            connection = plain.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                if run_id is not None:
                    mine = sql.select(RunsTable.c.id).where(RunsTable.c.run_id == run_id)
                    connection.execute(mine.with_for_update())
                self._held.connection = connection
                try:
                    yield
                finally:
                    self._held.connection = None


@patient_with(ScheduleStorage)
class PatientScheduleStorage(Patient, PostgresScheduleStorage):
    """Ticks and states of sensors and schedules."""

    def add_instigator_state(self, state: InstigatorState) -> InstigatorState:
        """Store a sensor's state; one that is there after a lost answer is this one."""

        def add() -> InstigatorState:
            return super(PatientScheduleStorage, self).add_instigator_state(state)

        def add_or_update() -> InstigatorState:
            there = self.get_instigator_state(state.instigator_origin_id, state.selector_id)
            return add() if there is None else self.update_instigator_state(state)

        return wait_out(self.retry_seconds, add, add_or_update)

    def create_tick(self, tick_data: TickData) -> InstigatorTick:
        """Store a tick once."""

        def create() -> InstigatorTick:
            return super(PatientScheduleStorage, self).create_tick(tick_data)

        def create_unless_there() -> InstigatorTick:
            there = sql.select(JobTickTable.c.id).where(
                JobTickTable.c.job_origin_id == tick_data.instigator_origin_id,
                JobTickTable.c.tick_body == serialize_value(tick_data),
            )
            with self.connect() as connection:
                tick_id = connection.execute(there).scalar()
            return create() if tick_id is None else InstigatorTick(tick_id, tick_data)

        return wait_out(self.retry_seconds, create, create_unless_there)


class PatientPostgresStorage(DagsterPostgresStorage):
    """All three storages, in one database."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        # Not Dagster's own, which opens its three storages
        self.postgres_url = postgres_url
        self.should_autocreate_tables = True
        self._inst_data = inst_data
        wait = OPENING_RETRY_SECONDS
        self._run_storage = wait_out(wait, lambda: PatientRunStorage(postgres_url))
        self._event_log_storage = wait_out(wait, lambda: PatientEventLogStorage(postgres_url))
        self._schedule_storage = wait_out(wait, lambda: PatientScheduleStorage(postgres_url))

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Open it as `dagster.yaml` says."""
        return cls(pg_url_from_config(config_value), inst_data)
