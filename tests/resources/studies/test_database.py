import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from resources.studies.resource import StudiesResource
from traderai_assets.domain.errors import LakeError, WriteConflict
from traderai_assets.domain.search.names import study_name

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


def as_user():
    """A server refuses to run as root."""
    return {"user": "postgres", "group": "postgres", "cwd": "/"} if os.geteuid() == 0 else {}


@pytest.fixture(scope="module")
def uri():
    """A server for these tests, on a socket; not in pytest's folder, which is closed to others."""
    if not all(map(shutil.which, ("initdb", "postgres", "pg_isready"))):
        pytest.skip("no PostgreSQL server here")
    folder = tempfile.mkdtemp(prefix="studies-")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = f"{folder}/data"
    silent = {**as_user(), "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off")
    options = [part for setting in settings for part in ("-c", setting)]
    try:
        init = ["initdb", "-D", data, "-U", "traderai", "-A", "trust"]
        subprocess.run(init, check=True, **silent)  # noqa: S603
        with subprocess.Popen(["postgres", "-D", data, *options], **silent) as server:  # noqa: S603, S607
            try:
                wait_for(folder)
                yield f"postgresql://traderai@/postgres?host={folder}"
            finally:
                server.send_signal(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder)


def wait_for(folder):
    command = ["pg_isready", "-q", "-h", folder]
    for _ in range(300):
        if subprocess.run(command, check=False).returncode == 0:  # noqa: S603
            return
        time.sleep(0.1)
    raise TimeoutError("PostgreSQL did not start within 30 s")


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


def test_a_server_that_is_away_is_named(toy):
    away = StudiesResource(uri="postgresql://traderai@127.0.0.1:1/postgres")
    with pytest.raises(LakeError, match=r"PostgreSQL at 127\.0\.0\.1 cannot be opened"):
        away.storage(toy.MARKET, toy.MONTH)
