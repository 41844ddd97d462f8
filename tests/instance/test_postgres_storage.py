"""What is stored on PostgreSQL when the connection is lost before or after any one statement."""

import threading
import time
from collections import Counter
from itertools import count

import dagster as dg
import psycopg2
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.scheduler.instigation import TickData, TickStatus
from sqlalchemy.exc import OperationalError, ProgrammingError

from resources.database import retry
from traderai_assets.instance.postgres_storage import PatientPostgresStorage

EVERYTHING = {
    "runs": "run_id, status, run_body::json->'tags'",
    "run_tags": "run_id, key, value",
    "event_logs": "run_id, dagster_event_type, asset_key, partition",
    "asset_keys": "asset_key, last_run_id",
    "asset_event_tags": "asset_key, key, value",
    "asset_check_executions": "asset_key, check_name, run_id, execution_status",
    "job_ticks": "job_origin_id, status",
}


@pytest.fixture(scope="module")
def environment(postgres_server):
    return postgres_server.database("storage")


@pytest.fixture
def storage(environment, monkeypatch):
    monkeypatch.setattr(retry, "_SECONDS_BETWEEN_TRIES", 0.0)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return PatientPostgresStorage("postgresql://")


class Fault:
    """Loses the connection at one statement or commit, once: before it is made, or its answer."""

    def __init__(self, storage, monkeypatch):
        self.at, self.answered, self.seen = None, False, count()
        for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
            for name in ("do_execute", "do_executemany", "do_commit"):
                self._spoil(part._engine.dialect, name, monkeypatch)

    def _spoil(self, dialect, name, monkeypatch):
        genuine = getattr(dialect, name)

        def spoiled(subject, *arguments, **named):
            if next(self.seen) != self.at:
                return genuine(subject, *arguments, **named)
            if self.answered:
                genuine(subject, *arguments, **named)
            connection = subject if name == "do_commit" else subject.connection
            connection.close()
            raise psycopg2.OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(dialect, name, spoiled)

    def arm(self, at, *, answered):
        self.at, self.answered, self.seen = at, answered, count()


@pytest.fixture
def fault(storage, monkeypatch):
    return Fault(storage, monkeypatch)


def run(number, **tags):
    return dg.DagsterRun(job_name="train", run_id=f"run-{number:03}", tags=tags)


def said(number, kind, event_specific_data=None):
    event = DagsterEvent(kind.value, "train", event_specific_data=event_specific_data)
    return EventLogEntry(None, "info", "", f"run-{number:03}", 1_700_000_000.5, None, None, event)


def materialized(number):
    from dagster._core.events import StepMaterializationData

    tags = {"dagster/data_version": "abc", "more": "than.one"}
    one = dg.AssetMaterialization("candles", partition="2026-03", tags=tags)
    return said(number, DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(one))


def planned_check(number):
    from dagster._core.definitions.asset_checks.asset_check_evaluation import (
        AssetCheckEvaluationPlanned,
    )

    planned = AssetCheckEvaluationPlanned(asset_key=dg.AssetKey("candles"), check_name="contract")
    return said(number, DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED, planned)


def checked(number):
    done = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey("candles"), check_name="contract", passed=True, metadata={}
    )
    return said(number, DagsterEventType.ASSET_CHECK_EVALUATION, done)


def tick(number):
    return TickData(
        f"sensor-{number}", "x", InstigatorType.SENSOR, TickStatus.STARTED, 1_700_000_000.0
    )


WRITES = {
    "a run": lambda on, n: on.run_storage.add_run(run(n, market="BTC", other="tag")),
    "tags": lambda on, n: (
        on.run_storage.add_run(run(n, market="BTC")),
        on.run_storage.add_run_tags(run(n).run_id, {"market": "ETH", "progress": "42%"}),
    ),
    "an end": lambda on, n: (
        on.run_storage.add_run(run(n)),
        on.run_storage.handle_run_event(
            run(n).run_id, said(n, DagsterEventType.RUN_SUCCESS).dagster_event
        ),
    ),
    "a word": lambda on, n: on.event_log_storage.store_event(said(n, DagsterEventType.RUN_SUCCESS)),
    "an asset's event": lambda on, n: on.event_log_storage.store_event(materialized(n)),
    "two assets' events": lambda on, n: on.event_log_storage.store_event_batch(
        [materialized(n), materialized(n + 500)]
    ),
    "a check": lambda on, n: (
        on.event_log_storage.store_event(planned_check(n)),
        on.event_log_storage.store_event(checked(n)),
    ),
    "a tick": lambda on, n: on.schedule_storage.create_tick(tick(n)),
}


def stored(server, number):
    """Everything there is of one run, without ids and times; then it is removed."""
    rows = server.execute(
        " UNION ALL ".join(
            f"SELECT '{table}', ROW({columns})::text FROM {table}"  # noqa: S608
            for table, columns in EVERYTHING.items()
        ),
        "storage",
    )
    server.execute(f"TRUNCATE {', '.join(EVERYTHING)}", "storage")
    found = Counter()
    for table, row in rows:
        mine = row.replace(f"run-{number:03}", "mine").replace(f"sensor-{number}", "mine")
        found[table, mine.replace(f"run-{number + 500:03}", "other")] += 1
    return found


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_connection_lost_at_any_statement_loses_nothing_and_doubles_nothing(
    storage, fault, write, postgres_server
):
    write(storage, 0)  # warms what the storages remember
    stored(postgres_server, 0)
    fault.arm(None, answered=False)
    write(storage, 1)
    statements = next(fault.seen)
    undisturbed = stored(postgres_server, 1)
    assert undisturbed
    assert statements >= 1
    for at in range(statements):
        for answered in (False, True):
            number = 10 + 2 * at + answered
            fault.arm(at, answered=answered)
            write(storage, number)
            assert stored(postgres_server, number) == undisturbed, (at, answered)


@pytest.fixture
def one_run(storage, postgres_server):
    yield storage.run_storage.add_run(run(1, market="BTC"))
    stored(postgres_server, 1)


def test_reads_wait_until_the_server_is_back(storage, fault, one_run):
    fault.arm(0, answered=False)
    assert storage.run_storage.has_run("run-001")
    fault.arm(0, answered=False)
    [found] = storage.run_storage.get_runs(dg.RunsFilter(tags={"market": "BTC"}))
    assert found.run_id == one_run.run_id
    fault.arm(0, answered=False)
    assert storage.event_log_storage.get_dynamic_partitions("markets") == []
    fault.arm(0, answered=False)
    assert storage.schedule_storage.all_instigator_state() == []


def test_of_two_who_tag_a_run_at_the_same_time_both_are_heard(storage, one_run):
    names = [f"tag-{number}" for number in range(20)]
    add = storage.run_storage.add_run_tags
    threads = [threading.Thread(target=add, args=(one_run.run_id, {name: "x"})) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = storage.run_storage.get_run_records(dg.RunsFilter(run_ids=[one_run.run_id]))
    assert set(names) <= found[0].dagster_run.tags.keys()


def test_patience_ends_and_then_the_error_is_what_it_was(storage, fault, monkeypatch):
    monkeypatch.setattr(storage.run_storage, "retry_seconds", 0.0)
    fault.arm(0, answered=False)
    with pytest.raises(OperationalError, match="server closed the connection"):
        storage.run_storage.has_run("run-001")


def test_a_page_of_the_web_server_does_not_wait_for_long(storage):
    parts = (storage.run_storage, storage.event_log_storage, storage.schedule_storage)
    for part in parts:
        part.optimize_for_webserver(statement_timeout=1000, pool_recycle=-1, max_overflow=5)
        assert part.retry_seconds == 5


def test_what_the_server_refuses_is_not_tried_again(storage, postgres_server):
    postgres_server.execute("ALTER TABLE runs RENAME TO elsewhere", "storage")
    began = time.monotonic()
    with pytest.raises(ProgrammingError, match="does not exist"):
        storage.run_storage.has_run("run-001")
    postgres_server.execute("ALTER TABLE elsewhere RENAME TO runs", "storage")
    assert time.monotonic() - began < 5
