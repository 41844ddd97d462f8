"""The event log of `postgres_storage.py`: an event is stored once and whole, however often tried.

Dagster stores the event first and then what is found by it: the asset's last event, its tags, the
state of its check. An event whose answer was lost is searched for, and what is found by it is
stored anew.
"""

from collections.abc import Sequence

import sqlalchemy as sql
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import EventLogStorage, SqlEventLogStorageTable
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetEventTagsTable
from dagster._serdes import serialize_value
from dagster_postgres import PostgresEventLogStorage

from resources.database.retry import Patient, patient_with, wait_out


@patient_with(EventLogStorage)
class PatientEventLogStorage(Patient, PostgresEventLogStorage):
    """The event log of runs."""

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event once."""
        store = super().store_event
        wait_out(self.retry_seconds, lambda: store(event), lambda: self._store_rest([event]))

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events of one kind, each once."""
        store = super().store_event_batch
        wait_out(self.retry_seconds, lambda: store(events), lambda: self._store_rest(events))

    def _store_rest(self, events: Sequence[EventLogEntry]) -> None:
        """Store what is not there of events of which nobody knows how much is there."""
        for event in events:
            event_id = self._id_of(event)
            if event_id is None:
                super().store_event(event)
            elif event.is_dagster_event:
                self._store_found_by(event, event_id)

    def _id_of(self, event: EventLogEntry) -> int | None:
        table = SqlEventLogStorageTable.c
        # The event holds the microsecond of its making: no two are alike
        same = (table.run_id == event.run_id) & (table.event == serialize_value(event))
        with self.index_connection() as connection:
            return connection.execute(sql.select(table.id).where(same)).scalar()

    def _store_found_by(self, event: EventLogEntry, event_id: int) -> None:
        dagster_event = event.get_dagster_event()
        if dagster_event.event_type in ASSET_EVENTS and dagster_event.asset_key:
            tags = AssetEventTagsTable
            with self.index_transaction() as connection:
                connection.execute(sql.delete(tags).where(tags.c.event_id == event_id))
                self._store_asset_event_tags(connection, [event], [event_id])
                self._store_asset_event(connection, event, event_id)
        if dagster_event.event_type in ASSET_CHECK_EVENTS:
            checks = AssetCheckExecutionsTable
            mine = checks.c.evaluation_event_storage_id == event_id
            with self.index_connection() as connection:
                connection.execute(sql.delete(checks).where(mine))
            self.store_asset_check_event(event, event_id)
