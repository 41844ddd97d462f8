"""deploy/backup.sh and restore.sh by themselves: a lake that is written meanwhile, and refusals."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from resources.lake.delta_tables import open_or_create
from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptTable
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES


@pytest.fixture
def script(repository, postgres_server, tmp_path):
    """Run a script of deploy/ on an empty database and the home `tmp_path / "home"`."""
    database = postgres_server.database("backed_up")
    programs = Path(postgres_server.program("psql")).parent
    path = f"{programs}:{os.environ['PATH']}"
    home = tmp_path / "home"
    (home / "lake").mkdir(parents=True)
    environment = {**os.environ, **database, "PATH": path, "TRADERAI_HOME": str(home)}

    def run(name, folder, **more):
        return subprocess.run(  # noqa: S603
            [repository / "deploy" / name, folder],
            check=False,
            capture_output=True,
            text=True,
            env={**environment, **more},
        )

    return run


def test_a_table_that_is_written_meanwhile_is_copied_as_it_was_at_one_moment(script, tmp_path):
    table, enough = tmp_path / "home/lake/candles", threading.Event()

    def write():
        for number in range(1, 10_000):
            write_deltalake(table, pa.table({"number": [number]}), mode="append")
            if number % 7 == 6:
                DeltaTable(table).create_checkpoint()
            if enough.is_set():
                return

    write_deltalake(table, pa.table({"number": [0]}))
    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(5):
            done = script("backup.sh", tmp_path / f"backup-{number}")
            assert done.returncode == 0, done.stderr
            copied = DeltaTable(tmp_path / f"backup-{number}/lake/candles").to_pyarrow_table()
            counts.append(len(copied))
            assert sorted(copied["number"].to_pylist()) == list(range(len(copied)))
    finally:
        enough.set()
        writer.join()
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(script, tmp_path):
    done = script("backup.sh", tmp_path / "backup", PGPASSWORD="wrong")
    assert done.returncode != 0
    assert not (tmp_path / "backup").exists()


def test_an_older_backup_is_not_written_over(script, tmp_path):
    assert script("backup.sh", tmp_path / "backup").returncode == 0
    assert "is there already; name a new folder" in script("backup.sh", tmp_path / "backup").stderr


def test_a_database_in_use_is_not_restored_into(script, tmp_path, postgres_server):
    assert script("backup.sh", tmp_path / "backup").returncode == 0
    postgres_server.execute("CREATE TABLE mine (number int)", "backed_up")
    refused = script("restore.sh", tmp_path / "backup")
    assert refused.returncode == 1
    assert "database backed_up holds 1 tables; name an empty one" in refused.stderr


def test_what_is_no_backup_is_not_restored(script, tmp_path):
    refused = script("restore.sh", tmp_path)
    assert refused.stderr == f"{tmp_path} holds no backup\n"


def test_a_lake_that_is_not_mounted_makes_no_empty_backup(script, tmp_path):
    lake = LakeResource(root=str(tmp_path / "home/lake"))
    open_or_create(lake.place(CANDLE_GAPS))
    shutil.rmtree(tmp_path / "home/lake")
    done = script("backup.sh", tmp_path / "backup")
    assert done.returncode == 1
    assert "table candle_gaps is not in" in done.stderr
    assert "is its disk mounted" in done.stderr
    assert not (tmp_path / "backup").exists()


def test_a_restored_table_is_whole_and_one_that_did_not_come_along_is_missed(script, tmp_path):
    lake = LakeResource(root=str(tmp_path / "home/lake"))
    for table in (CANDLES, CANDLE_GAPS):
        open_or_create(lake.place(table))
    assert script("backup.sh", tmp_path / "backup").returncode == 0
    shutil.rmtree(tmp_path / "backup/lake/candle_gaps")
    for kept in ("lake", "lake-versions"):
        shutil.rmtree(tmp_path / "home" / kept)
    done = script("restore.sh", tmp_path / "backup")
    assert done.returncode == 0, done.stderr
    assert lake.snapshot(CANDLES).version == 0
    with pytest.raises(CorruptTable, match="table candle_gaps is lost"):
        lake.snapshot(CANDLE_GAPS)
