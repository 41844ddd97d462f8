import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psycopg2
import pytest

from resources.database import retry
from resources.studies.resource import StudiesResource
from traderai_assets.domain.errors import LakeError, WriteConflict
from traderai_assets.domain.search.names import study_name
from traderai_assets.domain.strategies.strategy import Strategy

KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
import toy
from resources.studies.database import open_database
storage = open_database(sys.argv[1])
count, end = iter(range(100)), type(storage).set_trial_state_values
def killed(*arguments, **named):
    if next(count) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return end(*arguments, **named)
type(storage).set_trial_state_values = killed
toy.toy_search(storage)
"""


@pytest.fixture(scope="module")
def uri(postgres_server):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in postgres_server.database("searches").items():
            patch.setenv(name, value)
        yield postgres_server.url("searches")


@pytest.fixture
def studies(uri, toy):
    studies = StudiesResource(uri=uri)
    studies.remove(toy.MARKET, toy.MONTH)
    return studies


@pytest.fixture
def name(toy):
    return study_name(toy.MARKET, toy.MONTH, "learners", {})


def test_a_search_on_postgresql_is_the_same_as_in_memory_and_is_found_again(studies, toy, name):
    ledger = toy.toy_search(studies.storage(toy.MARKET, toy.MONTH), name=name)
    assert ledger == toy.toy_search(None)
    assert toy.toy_search(studies.storage(toy.MARKET, toy.MONTH), name=name) == ledger


def test_a_search_killed_on_postgresql_goes_on(studies, toy, uri):
    folder = str(Path(toy.__file__).parent)
    command = [sys.executable, "-c", KILLED, uri, folder]
    killed = subprocess.run(command, check=False)  # noqa: S603
    assert killed.returncode == -signal.SIGKILL
    storage = studies.storage(toy.MARKET, toy.MONTH)
    assert toy.toy_search(storage) == toy.toy_search(None)
    attempts = storage.get_all_trials(storage.get_study_id_from_name("study"))
    assert sum("interrupted" in attempt.user_attrs for attempt in attempts) == 1
    storage.delete_study(storage.get_study_id_from_name("study"))


def test_the_later_of_two_searches_counts_on_postgresql_too(studies, toy, name):
    first = studies.storage(toy.MARKET, toy.MONTH)
    later = []
    write = first.set_trial_user_attr

    def overtaken(*arguments):
        if not later:
            later.append(toy.toy_search(studies.storage(toy.MARKET, toy.MONTH), name=name))
        return write(*arguments)

    first.set_trial_user_attr = overtaken
    with pytest.raises(WriteConflict, match="taken over"):
        toy.toy_search(first, name=name)
    assert later == [toy.toy_search(None)]


def test_removing_takes_one_market_and_month_and_leaves_the_others(studies, toy, name):
    other = study_name(toy.MARKET, "2026-04", "learners", {})
    storage = studies.storage(toy.MARKET, toy.MONTH)
    for kept in (name, other):
        toy.toy_search(storage, name=kept, n_trials=1)
    studies.remove(toy.MARKET, toy.MONTH)
    assert [study.study_name for study in storage.get_all_studies()] == [other]
    studies.remove(toy.MARKET, "2026-04")


def test_a_later_month_that_is_searched_takes_those_before_away_on_postgresql_too(studies, toy):
    names = [
        study_name(market, month, "learners", {})
        for market, month in ((toy.MARKET, "2026-01"), (toy.MARKET, "2026-04"), ("x", "2026-01"))
    ]
    storage = studies.storage(toy.MARKET, "2026-01")
    for kept in names:
        toy.toy_search(storage, name=kept, n_trials=1)
    assert len(studies.continued(toy.MARKET, "2026-01", names[0]).get_all_studies()) == 3
    left = studies.continued(toy.MARKET, "2026-02", "another").get_all_studies()
    assert sorted(study.study_name for study in left) == sorted(names[1:])
    studies.remove(toy.MARKET, "2026-04")


def test_the_tables_lie_in_a_schema_of_their_own(studies, toy):
    from sqlalchemy import inspect

    engine = studies.storage(toy.MARKET, toy.MONTH).engine
    assert "trials" in inspect(engine).get_table_names(schema="traderai_studies")
    assert inspect(engine).get_table_names(schema="public") == []


def test_many_may_make_the_tables_at_the_same_time(uri, toy):
    from sqlalchemy import text

    studies = StudiesResource(uri=uri)
    with studies.storage(toy.MARKET, toy.MONTH).engine.begin() as connection:
        connection.execute(text("DROP SCHEMA traderai_studies CASCADE"))
    faults = []

    def make():
        try:
            studies.storage(toy.MARKET, toy.MONTH)
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_where_the_server_is_may_be_left_to_the_environment(studies, toy, name):
    ledger = toy.toy_search(studies.storage(toy.MARKET, toy.MONTH), name=name)
    anywhere = StudiesResource(uri="postgresql://")
    assert toy.toy_search(anywhere.storage(toy.MARKET, toy.MONTH), name=name) == ledger


@pytest.mark.parametrize("answered", [False, True])
def test_a_search_outlasts_connections_that_are_lost(studies, toy, name, answered, monkeypatch):
    monkeypatch.setattr(retry, "_SECONDS_BETWEEN_TRIES", 0.0)
    storage, lost = studies.storage(toy.MARKET, toy.MONTH), []
    for step in ("do_execute", "do_commit"):
        lose_some(storage.engine.dialect, step, lost, answered, monkeypatch)
    ledger = toy.toy_search(storage, name=name, n_trials=8)
    assert ledger == toy.toy_search(None, n_trials=8)
    assert len(lost) > 3


def lose_some(dialect, step, lost, answered, monkeypatch):
    """Close the connection at one of thirty statements: before it is made, or before its answer."""
    genuine, chance = getattr(dialect, step), random.Random(7)

    def spoiled(subject, *arguments, **named):
        loses = chance.random() < 1 / 30
        if answered or not loses:
            genuine(subject, *arguments, **named)
        if loses:
            lost.append(step)
            connection = subject.connection if step == "do_execute" else subject.dbapi_connection
            connection.close()
            raise psycopg2.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(dialect, step, spoiled)


def test_a_server_that_is_away_is_named(toy, monkeypatch):
    monkeypatch.setattr(retry, "OPENING_RETRY_SECONDS", 0.0)
    away = StudiesResource(uri="postgresql://traderai@127.0.0.1:1/postgres")
    with pytest.raises(LakeError, match=r"PostgreSQL at 127\.0\.0\.1 cannot be opened"):
        away.storage(toy.MARKET, toy.MONTH)


@pytest.mark.processes
def test_strategies_have_schemas_of_their_own(studies, toy, name):
    toy.toy_search(studies.storage(toy.MARKET, toy.MONTH), name=name)
    fast, slow = (studies.of(Strategy(one)) for one in ("fast", "slow"))
    toy.toy_search(fast.storage(toy.MARKET, toy.MONTH), name=name)
    slow.continued(toy.MARKET, toy.MONTH, f"{name}-anew")
    kept = [one.storage(toy.MARKET, toy.MONTH).get_all_studies() for one in (studies, fast, slow)]
    assert [len(found) for found in kept] == [1, 1, 0]
