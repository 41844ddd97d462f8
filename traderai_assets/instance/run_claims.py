"""Who may start a run and work on it: one at a time, held by the database.

Tags cannot be compared and set in one step: two daemons that take the same run from the queue both
read that nobody has it. A row with a unique key can: who inserts it has the run, who finds it there
has not. It names the launch, then the worker, and goes when the run has ended.
"""

import uuid
from collections.abc import Callable
from typing import TypeVar

from dagster import DagsterInstance
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.runs.schema import KeyValueStoreTable, RunsTable
from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from resources.database.retry import wait_out
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.instance.process_identity import ProcessIdentity

PREFIX = "traderai/claim/"
_KEY, _VALUE = KeyValueStoreTable.c.key, KeyValueStoreTable.c.value
FINISHED = ("SUCCESS", "FAILURE", "CANCELED")
Answer = TypeVar("Answer")


def launch_claim(process: ProcessIdentity) -> str:
    """Return what a launch by `process` claims with: no two launches claim with the same."""
    return f"{uuid.uuid4().hex} {process.text}"


def worker_claim(process: ProcessIdentity) -> str:
    """Return what a worker claims with."""
    return f"worker {process.text}"


def claimed_by(instance: DagsterInstance, run_id: str) -> str | None:
    """Return the claim on a run; None where nobody has it."""
    asked = select(_VALUE).where(_claim_on(run_id))
    return _ask(instance, lambda connection: connection.execute(asked).scalar_one_or_none())


def claimant(claim: str | None) -> ProcessIdentity | None:
    """Return the process that a claim names."""
    return None if claim is None else ProcessIdentity.parse(claim.partition(" ")[2])


def claim(instance: DagsterInstance, run_id: str, wanted: str, instead_of: str | None) -> bool:
    """Claim a run, or take it over from a claim that was seen; False where somebody was faster."""

    def take(connection: Connection) -> bool:
        if instead_of is not None:
            row = _claim_on(run_id) & (KeyValueStoreTable.c.value == instead_of)
            taken = connection.execute(
                update(KeyValueStoreTable).where(row).values({_VALUE: wanted})
            )
            return bool(taken.rowcount)
        try:
            connection.execute(
                insert(KeyValueStoreTable).values({_KEY: PREFIX + run_id, _VALUE: wanted})
            )
        except IntegrityError:
            return False
        return True

    # An answer that never came does not say that nothing was written: so what stands there counts
    return _ask(instance, take) or claimed_by(instance, run_id) == wanted


def release(instance: DagsterInstance, run_id: str) -> None:
    """Give the claim up: the run has ended, or its launch failed."""
    row = delete(KeyValueStoreTable).where(_claim_on(run_id))
    _ask(instance, lambda connection: connection.execute(row))


def release_ended(instance: DagsterInstance) -> int:
    """Give up the claims on runs that have ended or were deleted; return how many."""
    going_on = select(PREFIX + RunsTable.c.run_id).where(RunsTable.c.status.notin_(FINISHED))
    rows = delete(KeyValueStoreTable).where(_KEY.startswith(PREFIX), _KEY.notin_(going_on))
    return _ask(instance, lambda connection: connection.execute(rows).rowcount)


def _claim_on(run_id: str) -> ColumnElement[bool]:
    return KeyValueStoreTable.c.key == PREFIX + run_id


def _ask(instance: DagsterInstance, question: Callable[[Connection], Answer]) -> Answer:
    storage = instance.run_storage
    if not isinstance(storage, SqlRunStorage):
        raise InvalidSettings(
            f"runs are kept in {type(storage).__name__}, where none can be claimed; expected "
            "SQLite or PostgreSQL, as in dagster.yaml and deploy/dagster.yaml"
        )

    def ask() -> Answer:
        with storage.connect() as connection:
            return question(connection)

    return wait_out(getattr(storage, "retry_seconds", 0.0), ask)
