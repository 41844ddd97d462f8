"""A run is claimed by one at a time, on SQLite and on PostgreSQL alike, however many want it."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import dagster as dg
import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.instance.postgres_storage import PatientPostgresStorage
from traderai_assets.instance.process_identity import ProcessIdentity
from traderai_assets.instance.run_claims import (
    claim,
    claimant,
    claimed_by,
    launch_claim,
    release,
    worker_claim,
)

ME = ProcessIdentity.here()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.processes)])
def store(request, tmp_path, monkeypatch):
    """What holds the claims; on SQLite in a file, as where daemons are processes of their own."""
    if request.param == "sqlite":
        with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
            yield made
        return
    server = request.getfixturevalue("postgres_server")
    for name, value in server.database("claims").items():
        monkeypatch.setenv(name, value)
    storage = PatientPostgresStorage("postgresql://")
    yield SimpleNamespace(run_storage=storage.run_storage)
    storage.run_storage.dispose()


def test_of_many_that_claim_a_run_at_one_time_one_has_it(store):
    claims = [launch_claim(ME) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        had = list(pool.map(lambda mine: claim(store, "run", mine, instead_of=None), claims))
    assert had.count(True) == 1
    assert claimed_by(store, "run") == claims[had.index(True)]


def test_a_claim_is_taken_over_only_from_the_one_that_was_seen(store):
    first, second, third = (launch_claim(ME) for _ in range(3))
    assert claim(store, "run", first, instead_of=None)
    assert claim(store, "run", second, instead_of=first)
    assert not claim(store, "run", third, instead_of=first)
    assert claim(store, "run", worker_claim(ME), instead_of=second)
    assert claimant(claimed_by(store, "run")) == ME
    release(store, "run")
    assert claimed_by(store, "run") is None


def test_a_claim_whose_answer_was_lost_is_known_as_ones_own(store):
    mine = launch_claim(ME)
    assert claim(store, "run", mine, instead_of=None)
    assert claim(store, "run", mine, instead_of=None)


def test_a_store_without_a_database_is_refused_by_name():
    elsewhere = SimpleNamespace(run_storage=object())
    with pytest.raises(InvalidSettings, match="runs are kept in object, where none can be claimed"):
        claimed_by(elsewhere, "run")
