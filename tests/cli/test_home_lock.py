"""A home has one owner: the second is told who it is, and a killed one stands in nobody's way."""

import errno
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from traderai_assets.cli.dev.home_lock import HomeInUse, HomeUnusable, home_lock
from traderai_assets.cli.dev.leftover_processes import OWNER_VARIABLE, survivors
from traderai_assets.instance.process_identity import Liveness, ProcessIdentity
from traderai_assets.instance.worker import NAME as WORKER
from traderai_assets.settings import Settings

HOLD = """
import subprocess, sys
from traderai_assets.cli.dev.home_lock import home_lock
from traderai_assets.settings import Settings
from pathlib import Path
with home_lock(Settings(home=Path(sys.argv[1])), "traderai dev"):
    # They share our standard input, which the test holds open: our end is not theirs
    children = [subprocess.Popen([sys.executable, *words])
                for words in (["-c", "input()", "daemon"],
                              ["-m", "traderai_assets.instance.worker"])]
    print(*[child.pid for child in children], flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that owns a home, and what it has started: a daemon and a run worker."""

    def __init__(self, home) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", HOLD, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        pids = self.process.stdout.readline().split()
        self.daemon, self.worker = (ProcessIdentity.of(int(pid)) for pid in pids)
        name = Path(f"/proc/{self.worker.pid}/comm")
        while name.read_text().strip() != WORKER:  # It has not begun
            time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        for child in (self.daemon, self.worker):
            if child.liveness() is Liveness.ALIVE:
                os.kill(child.pid, signal.SIGKILL)


@pytest.fixture
def holder(tmp_path) -> Iterator[Holder]:
    made = Holder(tmp_path)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path)


@pytest.mark.processes
def test_the_second_owner_is_told_who_has_the_home_since_when_and_how_to_stop_it(
    holder, settings, tmp_path
):
    pid = holder.process.pid
    with pytest.raises(HomeInUse) as refused, home_lock(settings, "traderai demo"):
        pass
    told = str(refused.value)
    assert told.startswith(f'{tmp_path} is in use by "traderai dev" (process {pid} on ')
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ; stop it with Ctrl-C", told)
    assert told.endswith(f'or with "kill {pid}"')
    assert holder.daemon.liveness() is Liveness.ALIVE


@pytest.mark.processes
def test_dev_and_demo_start_nothing_where_another_has_the_home(traderai, home):
    holder = Holder(home.home)
    try:
        for command in ("dev", "demo"):
            code, _, err = traderai(command)
            assert (code, f"process {holder.process.pid} on" in err) == (1, True)
        assert [path.name for path in home.home.iterdir()] == ["owner.json"]
    finally:
        holder.close()


@pytest.mark.processes
def test_what_a_killed_owner_left_behind_is_ended_but_its_runs_go_on(
    holder, settings, tmp_path, capsys
):
    holder.kill()
    assert [process for process, _ in survivors(tmp_path)] == [holder.daemon]
    with home_lock(settings, "traderai dev"):
        assert holder.daemon.liveness() is Liveness.GONE
        assert holder.worker.liveness() is Liveness.ALIVE
        assert os.environ[OWNER_VARIABLE] == str(tmp_path)
    assert f"process {holder.daemon.pid} (" in capsys.readouterr().out
    assert OWNER_VARIABLE not in os.environ


def test_the_lock_goes_with_its_owner_and_names_nobody_afterwards(settings, tmp_path):
    for _ in range(2):
        with home_lock(settings, "traderai dev"):
            told = json.loads((tmp_path / "owner.json").read_text())
            assert told["command"] == "traderai dev"
        assert (tmp_path / "owner.json").read_text() == ""


@pytest.mark.processes
def test_processes_of_another_home_are_left_alone(holder, tmp_path):
    holder.kill()
    with home_lock(Settings(home=tmp_path / "another"), "traderai dev"):
        assert holder.daemon.liveness() is Liveness.ALIVE


def test_a_home_that_cannot_be_written_is_named_with_a_way_out():
    refused = "/proc/none/owner.json cannot be written: .*; .*TRADERAI_HOME"
    with (
        pytest.raises(HomeUnusable, match=refused),
        home_lock(Settings(home=Path("/proc/none")), "traderai dev"),
    ):
        pass


def test_a_file_system_without_locks_is_named_with_a_way_out(settings, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    with (
        pytest.raises(HomeUnusable, match="cannot be locked: No locks available; put the home on"),
        home_lock(settings, "traderai dev"),
    ):
        pass
