"""SQLite files that are damaged, emptied or lost are named, and not laid out anew by Dagster."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing

import dagster as dg
import pytest

from traderai_assets.domain.errors import CorruptInstance
from traderai_assets.instance import database_files
from traderai_assets.instance.database_files import DatabaseFiles, check_database_files


@pytest.fixture(scope="module")
def instance_home(tmp_path_factory):
    """An instance in which one run has succeeded and told of an asset."""
    home = tmp_path_factory.mktemp("instance")

    @dg.asset
    def number():
        return 1

    (home / "dagster.yaml").write_text(
        "telemetry: {enabled: false}\n"
        "compute_logs:\n"  # Those of Dagster start a process a step
        "  module: dagster._core.storage.noop_compute_log_manager\n"
        "  class: NoOpComputeLogManager\n"
    )
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert dg.materialize([number], instance=instance).success
    return home


@pytest.fixture
def home(instance_home, tmp_path, monkeypatch):
    monkeypatch.setattr(database_files, "SECONDS_TO_LAY_OUT", 0)
    shutil.copytree(instance_home, tmp_path / "dagster")
    return tmp_path / "dagster"


def emptied_by_sql(table):
    def empty(file):
        with closing(sqlite3.connect(file)) as opened, opened:
            opened.execute(f"DELETE FROM {table}")  # noqa: S608

    return empty


def overwritten(file):
    """Past the head, so that only reading it tells."""
    with file.open("r+b") as opened:
        opened.seek(100)
        opened.write(b"\xff" * 3_000)


DAMAGES = {
    "truncated": (lambda file: file.write_bytes(b""), "is empty"),
    "text": (lambda file: file.write_text("no database at all"), "is not an SQLite database"),
    "overwritten": (overwritten, "malformed|no table"),
    "other tables": (
        lambda file: (file.unlink(), sqlite3.connect(file).execute("CREATE TABLE mine (x)")),
        "it was emptied",
    ),
    "removed": (lambda file: file.unlink(), "is not there"),
}


@pytest.mark.parametrize("which", DatabaseFiles._fields)
@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_file_is_named_with_the_way_out(home, which, how):
    damage, said = DAMAGES[how]
    file = getattr(DatabaseFiles.of(home), which)
    damage(file)
    with pytest.raises(CorruptInstance, match=said) as raised:
        check_database_files(home)
    assert str(file) in str(raised.value)
    assert "from a backup" in str(raised.value)


@pytest.mark.parametrize(("which", "table"), [("runs", "runs"), ("events", "event_logs")])
def test_a_database_whose_rows_are_gone_does_not_pass_for_a_new_one(home, which, table):
    file = getattr(DatabaseFiles.of(home), which)
    emptied_by_sql(table)(file)
    with pytest.raises(CorruptInstance, match=f"{file} holds no .*emptied or replaced"):
        check_database_files(home)


def test_a_whole_instance_and_one_that_is_not_there_yet_pass(home, tmp_path):
    check_database_files(home)
    check_database_files(tmp_path / "none")


def test_a_run_that_somebody_deleted_is_no_damage(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        for run in instance.get_runs():
            instance.delete_run(run.run_id)
    check_database_files(home)


@pytest.mark.processes
def test_a_read_only_home_is_said_to_be_one(home):
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or None in (mount, unmount):
        pytest.skip("only root may mount")
    bind = [[mount, "--bind", home, home], [mount, "-o", "remount,bind,ro", home]]
    if any(subprocess.run(one, capture_output=True, check=False).returncode for one in bind):  # noqa: S603
        subprocess.run([unmount, "--lazy", home], capture_output=True, check=False)  # noqa: S603
        pytest.skip("this system lets nobody mount a folder read-only")
    try:
        with pytest.raises(OSError, match="Read-only file system") as raised:
            check_database_files(home)
        assert raised.value.filename == str(home)
    finally:
        subprocess.run([unmount, "--lazy", home], check=True)  # noqa: S603
