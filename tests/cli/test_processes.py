"""Processes: waited for, and ended with everything they started."""

import socket
import subprocess
import sys
import time

import pytest

from traderai_assets.cli import process_groups
from traderai_assets.cli.processes import free_port, sandbox_running
from traderai_assets.cli.sandbox.process import SandboxProcess
from traderai_assets.domain.errors import TraderAIError


def lives(group):
    """Whether anybody of a process group does more than wait to be buried."""
    found = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "stat=", "-g", str(group)], capture_output=True, text=True, check=False
    )
    return any(not state.startswith("Z") for state in found.stdout.split())


def test_a_port_that_is_taken_is_not_given_out():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert free_port(taken) != taken
    assert free_port(taken) == taken


@pytest.mark.processes
def test_a_process_that_stops_at_once_is_reported_with_its_log(tmp_path):
    log = tmp_path / "sandbox.log"
    arguments = ["--host", "0.0.0.0"]  # noqa: S104
    with (
        pytest.raises(TraderAIError, match=f"the sandbox .* ended with code 1, .* is in {log}"),
        sandbox_running(arguments, "http://127.0.0.1:9", log),
    ):
        pass
    assert "loopback only" in log.read_text()


@pytest.mark.processes
def test_a_sandbox_runs_for_the_time_of_a_block_and_its_clock_can_be_moved(tmp_path):
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    arguments = ["--port", str(port), "--now", "2026-03-20T12:00:00", "--speed", "0"]
    with sandbox_running(arguments, url, tmp_path / "sandbox.log") as service:
        sandbox = SandboxProcess(url, service)
        sandbox.advance(90)
        assert f"{sandbox.now():%Y-%m-%d %H:%M:%S}" == "2026-03-20 12:01:30"
    with pytest.raises(OSError, match="refused"):
        sandbox.now()


@pytest.mark.processes
def test_what_does_not_heed_an_interrupt_is_killed_with_its_children(monkeypatch):
    monkeypatch.setattr(process_groups, "SECONDS_TO_STOP", 0.3)
    deaf = "import signal, subprocess, time; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    deaf += "subprocess.Popen(['sleep', '20']); print('up', flush=True); time.sleep(20)"
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert lives(process.pid)
        process_groups.end_group(process)
        deadline = time.monotonic() + 5
        while lives(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not lives(process.pid)
