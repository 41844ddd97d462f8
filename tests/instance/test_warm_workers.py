"""Warm workers: children of the launcher, alive without their fork server, never of old code."""

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import CodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin

from traderai_assets.instance.process_identity import ProcessIdentity, is_zombie
from traderai_assets.instance.warm_workers import fingerprint as fingerprints
from traderai_assets.instance.warm_workers.fingerprint import fingerprint
from traderai_assets.instance.warm_workers.fork_client import ForkClient, ForkServerAway
from traderai_assets.instance.warm_workers.fork_server import NAME as SERVER
from traderai_assets.instance.warm_workers.pool import WorkerPool
from traderai_assets.instance.warm_workers.processes import ForkedProcess, StartedProcess
from traderai_assets.instance.warm_workers.strays import SECONDS, Strays
from traderai_assets.instance.worker import NAME

CODE = """
import dagster as dg

@dg.op
def nothing():
    pass

@dg.job
def idle():
    nothing()

defs = dg.Definitions(jobs=[idle])
"""
STANDARD_ERROR = 2
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.processes


@pytest.fixture
def code(tmp_path: Path) -> Path:
    file = tmp_path / "idle_code.py"
    file.write_text(CODE)
    return file


def run_of(code: Path, python: str = sys.executable) -> dg.DagsterRun:
    pointer = CodePointer.from_python_file(str(code), "defs", None)
    origin = JobPythonOrigin("idle", RepositoryPythonOrigin(python, pointer))
    return dg.DagsterRun(job_name="idle", job_code_origin=origin)


@pytest.fixture
def pool():
    made = WorkerPool(warm=True)
    yield made
    made.close()


def end(process) -> int:
    process.leave()
    return process.wait()


def warm(pool: WorkerPool, run: dg.DagsterRun) -> ForkedProcess:
    """Ask until there is a warm one; started ones are sent away."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        process = pool.worker(run)
        if isinstance(process, ForkedProcess):
            return process
        end(process)
        time.sleep(0.5)
    raise AssertionError("no worker was forked within a minute")


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def until(condition, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def test_a_run_does_not_wait_for_the_fork_server_and_the_next_is_forked(pool, code):
    first = pool.worker(run_of(code))
    assert isinstance(first, StartedProcess)
    assert end(first) == 0
    forked = warm(pool, run_of(code))
    assert parent_of(forked.pid) == os.getpid()
    until(lambda: Path(f"/proc/{forked.pid}/comm").read_text().strip() == NAME)
    # Without its word it ends, as every worker does
    assert end(forked) == 0


def test_a_worker_outlives_its_fork_server_and_its_end_is_told_all_the_same(pool, code):
    forked = warm(pool, run_of(code))
    [server] = pool.fork_servers()
    os.kill(server, signal.SIGKILL)
    until(lambda: is_zombie(server) or not Path(f"/proc/{server}").exists())
    other = pool.worker(run_of(code))
    assert isinstance(other, StartedProcess)
    assert end(other) == 0
    identity = ProcessIdentity.of(forked.pid)
    assert identity.liveness().value == "alive"
    os.kill(forked.pid, signal.SIGKILL)
    assert forked.wait() == -signal.SIGKILL
    # Another one loads meanwhile
    assert end(warm(pool, run_of(code))) == 0


def test_code_that_has_changed_is_never_what_a_worker_has(pool, code):
    assert end(warm(pool, run_of(code))) == 0
    before = pool.fork_servers()
    code.write_text(CODE + "# changed\n")
    process = pool.worker(run_of(code))
    assert isinstance(process, StartedProcess)
    end(process)
    assert pool.fork_servers() != before
    assert end(warm(pool, run_of(code))) == 0


def test_code_that_cannot_be_loaded_is_tried_once_and_again_when_it_has_changed(pool, code):
    code.write_text("raise RuntimeError('not today')\n")
    run = run_of(code)
    end(pool.worker(run))
    [server] = pool.fork_servers()
    until(lambda: is_zombie(server) or not Path(f"/proc/{server}").exists())
    for _ in range(3):
        end(pool.worker(run))
    assert pool.fork_servers() == []
    code.write_text(CODE)
    assert end(warm(pool, run)) == 0


def test_a_fork_server_that_was_killed_while_it_loads_is_no_broken_code(pool, code):
    code.write_text("import time; time.sleep(60)\n")
    end(pool.worker(run_of(code)))
    [server] = pool.fork_servers()
    os.kill(server, signal.SIGKILL)
    until(lambda: is_zombie(server) or not Path(f"/proc/{server}").exists())
    end(pool.worker(run_of(code)))
    [another] = pool.fork_servers()
    assert another != server
    os.kill(another, signal.SIGKILL)


def test_a_fork_server_whose_code_changes_while_it_loads_is_ended_at_once(pool, code):
    code.write_text("import time; time.sleep(600)\n")
    end(pool.worker(run_of(code)))
    [server] = pool.fork_servers()
    code.write_text(CODE)
    assert end(warm(pool, run_of(code))) == 0
    until(lambda: not Path(f"/proc/{server}").exists())


def test_another_interpreter_and_a_pool_that_is_not_warm_start_their_workers(code):
    cold, warm = WorkerPool(warm=False), WorkerPool(warm=True)
    for pool, python in ((cold, sys.executable), (warm, str(Path(sys.executable).resolve()))):
        process = pool.worker(run_of(code, python))
        assert isinstance(process, StartedProcess)
        assert end(process) == 0
        assert pool.fork_servers() == []


def test_a_client_says_that_its_server_is_away(code):
    client = ForkClient(run_of(code).job_code_origin.repository_origin, "")
    until(client.is_ready)
    os.kill(client.pid, signal.SIGKILL)
    with pytest.raises(ForkServerAway):
        client.fork()
    client.close()


@pytest.mark.slow
def test_what_is_forked_from_has_no_thread_of_ours_and_no_table_open(repository, monkeypatch):
    monkeypatch.chdir(repository)
    pointer = CodePointer.from_module("traderai_assets.definitions", "defs", str(repository))
    client = ForkClient(RepositoryPythonOrigin(sys.executable, pointer), "")
    try:
        until(client.is_ready, seconds=120)
        process = Path(f"/proc/{client.pid}")
        threads = [(one / "comm").read_text().strip() for one in (process / "task").iterdir()]
        # The allocators of pyarrow and deltalake have threads of their own, which survive a fork
        assert set(threads) <= {SERVER, "jemalloc_bg_thd"}
        beside = [file for file in (process / "fd").iterdir() if int(file.name) > STANDARD_ERROR]
        opened = {str(file.readlink()) for file in beside}
        assert all(name.startswith("socket:") or name == "/dev/null" for name in opened)
    finally:
        client.close()


@pytest.mark.parametrize("change", ["code", "settings", "home", "variable", "day", "file"])
def test_whatever_a_worker_would_read_is_in_the_fingerprint(tmp_path, monkeypatch, change):
    package = tmp_path / "traderai_assets"
    package.mkdir()
    monkeypatch.setattr(fingerprints, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADERAI_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    more = tmp_path / "location.py"
    before = fingerprint([more], NOW)
    assert fingerprint([more], NOW + timedelta(hours=1)) == before
    now = NOW
    match change:
        case "code":
            (package / "made.py").write_text("")
        case "settings":
            (tmp_path / "traderai.toml").write_text("history_days = 3")
        case "home":
            (tmp_path / "home" / "traderai.toml").write_text("history_days = 3")
        case "variable":
            monkeypatch.setenv("TRADERAI_HISTORY_DAYS", "3")
        case "day":
            now += timedelta(days=1)
        case "file":
            more.write_text("")
    assert fingerprint([more], now) != before


def test_settings_that_cannot_be_read_are_a_state_like_any_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "traderai.toml").write_text("= no TOML")
    assert fingerprint([], NOW) == fingerprint([], NOW)


def test_a_child_that_nobody_waits_for_is_buried_after_a_minute(process):
    dead = process()
    strays = Strays()
    dead.kill()
    until(lambda: is_zombie(dead.pid))
    assert strays.bury(0.0) == 0
    assert strays.bury(SECONDS - 1) == 0
    assert strays.bury(SECONDS) >= 1
    assert not Path(f"/proc/{dead.pid}").exists()
