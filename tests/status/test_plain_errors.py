"""What storage fails of: the file, the cause and the way out, in one line, for every command."""

import errno
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.instance import database_files
from traderai_assets.instance.database_errors import name_database_files
from traderai_assets.instance.database_files import DatabaseFiles
from traderai_assets.status.plain_errors import in_one_line

COMMANDS = [["markets"], ["status"], ["runs", "list"], ["markets", "add", "binance:SOL/USDT"]]


@pytest.fixture
def databases(home, empty_instance, monkeypatch):
    monkeypatch.setattr(database_files, "SECONDS_TO_LAY_OUT", 0)
    shutil.copytree(empty_instance, home.home / "dagster", symlinks=True)
    return DatabaseFiles.of(home.home / "dagster")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("content", [b"", b"no database at all"])
def test_a_damaged_database_of_runs_is_named(traderai, databases, command, content):
    databases.runs.write_bytes(content)
    code, out, err = traderai(*command)
    assert (code, out) == (1, "")
    assert err.startswith(f"traderai: {databases.runs} is ")
    assert "put it back from a backup" in err
    assert len(err.splitlines()) == 1
    assert databases.runs.read_bytes() == content


def test_damage_that_only_a_query_finds_is_told_with_its_file(traderai, databases):
    with closing(sqlite3.connect(databases.events)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = opened.execute(
            "SELECT rootpage FROM sqlite_master WHERE tbl_name = 'dynamic_partitions'"
        ).fetchall()
        (size,) = opened.execute("PRAGMA page_size").fetchone()
    with databases.events.open("r+b") as opened:
        for (page,) in pages:
            opened.seek((page - 1) * size)
            opened.write(b"\xff" * size)
    code, _, err = traderai("markets")
    assert code == 1
    assert err == (
        f"traderai: {databases.events}: database disk image is malformed; it is damaged: put it "
        "back from a backup\n"
    )


def failure_of(file, statement="SELECT * FROM runs", **options):
    name_database_files()
    engine = create_engine(f"sqlite:///{file}", **options)
    with pytest.raises(SQLAlchemyError) as raised, engine.connect() as connection:
        connection.execute(text(statement))
    return raised.value


def test_each_error_of_sqlite_has_its_file_and_its_own_way_out(tmp_path):
    file = tmp_path / "runs.db"
    assert in_one_line(failure_of(file)) == (
        f"{file}: no such table: runs; it was emptied, or is of another version of Dagster: put it "
        'back from a backup, or type "dagster instance migrate"'
    )
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("CREATE TABLE runs (x)")
        opened.execute("BEGIN EXCLUSIVE")
        busy = failure_of(file, connect_args={"timeout": 0})
    assert in_one_line(busy).startswith(f"{file}: database is locked; another process holds it")
    read_only = failure_of(f"file:{file}?mode=ro&uri=true", "INSERT INTO runs VALUES (1)")
    assert "attempt to write a readonly database; it cannot be written" in in_one_line(read_only)
    missing = failure_of(tmp_path / "nowhere" / "runs.db")
    assert in_one_line(missing).startswith(
        f"{tmp_path}/nowhere/runs.db: unable to open database file; is its disk mounted"
    )


def test_a_full_database_names_its_file_and_the_disk(tmp_path):
    file = tmp_path / "runs.db"
    engine = create_engine(f"sqlite:///{file}")
    name_database_files()
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE runs (x)"))
        connection.execute(text("PRAGMA max_page_count = 3"))
        with pytest.raises(SQLAlchemyError) as raised:
            connection.execute(text("INSERT INTO runs VALUES (zeroblob(100000))"))
    expected = f"{file}: database or disk is full; free space on its disk"
    assert in_one_line(raised.value) == expected


@pytest.mark.parametrize(
    "number",
    [
        "ENOSPC",
        "EROFS",
        "EACCES",
        "ENOENT",
        "EMFILE",
        "ENOTDIR",
        "EISDIR",
        "EIO",
        "EFBIG",
        "EDQUOT",
    ],
)
def test_what_the_machine_refuses_is_told_with_the_file_and_a_way_out(number):
    error = OSError(getattr(errno, number), os.strerror(getattr(errno, number)), "/some/file")
    said = in_one_line(error)
    assert said.startswith(f"/some/file: {error.strerror}; ")
    assert len(said.partition("; ")[2]) > 10
    assert "[Errno" not in said


def test_what_a_library_wraps_is_looked_under(tmp_path):
    wrapper = type("DagsterError", (Exception,), {"__module__": "dagster._core.errors"})("outside")
    wrapper.__cause__ = PermissionError(errno.EACCES, "Permission denied", str(tmp_path))
    assert in_one_line(wrapper).startswith(f"{tmp_path}: Permission denied; give the user")
    wrapper.__cause__ = InvalidSettings("what is wrong")
    assert in_one_line(wrapper) == "what is wrong"
    wrapper.__cause__ = ZeroDivisionError()
    assert in_one_line(wrapper) is None


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MB in memory, where this user may mount one; yields it and a way to remount."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]
    if os.geteuid() != 0 or None in (mount, unmount):
        pytest.skip("only root may mount a small disk")
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:  # noqa: S603
        pytest.skip("this system lets nobody mount a small disk")
    yield disk, lambda how: subprocess.run([mount, "-o", f"remount,{how}", disk], check=True)  # noqa: S603
    subprocess.run([unmount, "--lazy", disk], check=True)  # noqa: S603


@pytest.mark.processes
def test_a_disk_that_is_full_is_named_though_the_error_names_none(
    traderai, small_disk, monkeypatch
):
    disk, _ = small_disk
    monkeypatch.setenv("TRADERAI_HOME", str(disk / "home"))
    (disk / "filler").write_bytes(b"x" * 2**20)
    said = in_one_line(OSError(errno.ENOSPC, "No space left on device"))
    assert said == f"{disk} (0 KiB free): No space left on device; free space on its disk"
    code, _, err = traderai("markets", "add", "binance:SOL/USDT")
    assert code == 1
    assert str(disk) in err
    assert "free space on its disk" in err
    assert len(err.splitlines()) == 1


@pytest.mark.processes
def test_a_home_on_a_read_only_disk_is_named(traderai, small_disk, monkeypatch, empty_instance):
    disk, remount = small_disk
    monkeypatch.setenv("TRADERAI_HOME", str(disk / "home"))
    remount("size=16m")
    shutil.copytree(empty_instance, disk / "home" / "dagster", symlinks=True)
    remount("ro")
    code, out, err = traderai("markets")
    assert (code, out) == (1, "")
    assert err.startswith(f"traderai: {disk}/home/dagster")
    assert "Read-only file system; its disk is read-only: mount it for writing" in err


@pytest.mark.torture  # A process of its own, which imports all
def test_a_limit_on_file_sizes_is_told_with_the_file(tmp_path, repository):
    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))

    ended = subprocess.run(
        [sys.executable, "-m", "traderai_assets.cli", "markets", "add", "binance:SOL/USDT"],
        capture_output=True,
        text=True,
        cwd=repository,
        env={**os.environ, "TRADERAI_HOME": str(tmp_path / "home"), "DAGSTER_HOME": ""},
        check=False,
        preexec_fn=limited,
    )
    last = ended.stderr.splitlines()[-1]
    assert ended.returncode == 1
    assert last.startswith(f"traderai: {tmp_path}/home/dagster/history/runs.db: ")
    assert "disk" in last
