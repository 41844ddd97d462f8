"""The platform of deploy/, on one PostgreSQL; each test goes on where the last ended."""

import os
import subprocess
import urllib.request
from pathlib import Path

import dagster as dg
import pytest

from resources.lake.resource import LakeResource
from resources.studies.resource import StudiesResource
from tests.pages.reading import tables_of
from tests.postgres.conftest import MARKET
from tests.postgres.server import PostgresServer
from tests.processes import processes_of
from traderai_assets.domain.search.names import study_name
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS


def events_of(instance, run):
    return [one.event_log_entry for one in instance.get_records_for_run(run.run_id).records]


def trials_of(studies):
    storage = studies.storage(MARKET, "2026-01")
    return {study.study_name: storage.get_all_trials(study._study_id) for study in kept(storage)}


def kept(storage):
    return [one for one in storage.get_all_studies() if "2026-01" in one.study_name]


def hashes_of(lake):
    return {
        table.name: lake.snapshot(table).content_hashes(MARKET)
        for table in (CANDLES, FEATURES, LABELS)
    }


def test_a_run_goes_through_queue_launcher_worker_and_database(platform):
    platform.until(lambda: any(run.is_success for run in platform.runs("backfill")))
    [run] = platform.runs("backfill")
    assert run.tags["traderai/class"] == "backfill"
    assert sorted(platform.lake.snapshot(CANDLES).content_hashes(MARKET)) == ["2026-02", "2026-03"]
    assert len(events_of(platform.instance, run)) > 10


def test_a_search_keeps_its_studies_beside_dagsters_tables(platform, toy):
    name = study_name(MARKET, "2026-01", "learners", {})
    ledger = toy.toy_search(platform.studies.storage(MARKET, "2026-01"), name=name, n_trials=4)
    assert ledger == toy.toy_search(None, n_trials=4)
    tables = platform.server.execute("SELECT schemaname, tablename FROM pg_tables", "deployed")
    assert {("public", "runs"), ("traderai_studies", "trials")} <= set(tables)


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")
def test_the_web_server_stops_a_worker_that_is_the_daemons_child(platform):
    from dagster_graphql import DagsterGraphQLClient

    platform.until(lambda: any(run.status.value == "STARTED" for run in platform.runs("train")))
    [run] = [run for run in platform.runs("train") if run.status.value == "STARTED"]
    DagsterGraphQLClient("127.0.0.1", port_number=platform.topology.port_of_web).terminate_run(
        run.run_id
    )
    platform.until(lambda: platform.instance.get_run_by_id(run.run_id).is_finished)
    assert platform.instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.CANCELED


def test_the_board_shows_what_the_database_holds(platform):
    def tables(path):
        url = f"http://127.0.0.1:{platform.topology.port_of_board}{path}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            html = answer.read().decode()
        assert 'class="words bad"' not in html, html[-3000:]
        return tables_of(html)

    assert [row["market"] for row in tables("/markets")["markets"]] == [MARKET]
    assert len(tables("/queue")["classes"]) == 7
    things = {row["thing"]: row["state"] for row in tables("/health")["doctor"]}
    assert (things["instance"], things["daemon"]) == ("ok", "ok")


def test_what_a_running_platform_backs_up_is_found_again_in_another(
    platform, tmp_path, monkeypatch
):
    before = {
        run.run_id: (run.status, run.tags, events_of(platform.instance, run))
        for run in platform.instance.get_runs()
        if run.is_finished
    }
    trials, hashes = trials_of(platform.studies), hashes_of(platform.lake)
    assert before
    assert trials
    script = platform.topology.dagster_home
    by_hand(script / "backup.sh", tmp_path / "backup", platform.server)
    platform.topology.stop()
    with PostgresServer() as fresh:
        for name, value in {**fresh.database("again"), "TRADERAI_HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        by_hand(script / "restore.sh", tmp_path / "backup", fresh)
        with dg.DagsterInstance.from_config(str(script)) as instance:
            for run_id, (status, tags, events) in before.items():
                run = instance.get_run_by_id(run_id)
                assert (run.status, run.tags, events_of(instance, run)) == (status, tags, events)
        assert trials_of(StudiesResource(uri="postgresql://")) == trials
        again = LakeResource(root=str(tmp_path / "lake"))
        assert hashes_of(again) == hashes
        candles = again.snapshot(CANDLES)
        assert len(candles.read(MARKET, ["2026-02", "2026-03"])) > 4_000
        refused = by_hand(script / "restore.sh", tmp_path / "backup", fresh, check=False)
        assert "is not empty; move it aside first" in refused.stderr


def by_hand(script, folder, server, *, check=True):
    path = f"{Path(server.program('psql')).parent}:{os.environ['PATH']}"
    return subprocess.run(  # noqa: S603
        [script, folder],
        check=check,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )


def test_no_process_says_the_password(platform):
    password = platform.server.environment()["PGPASSWORD"]
    assert password not in platform.instance.info_str()
    assert password not in str(platform.instance.get_ref().to_dict())
    for file in platform.topology.home.glob("*.log"):
        assert password not in file.read_text()
    assert not processes_of(platform.topology.dagster_home)
