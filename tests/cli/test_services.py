"""Services: who stops takes the others along, and the last line says who, how and what to do."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.processes import end_all, processes_of
from traderai_assets.cli.dev.services import LOCATION, MODULE, DagsterServices
from traderai_assets.cli.processes import ProcessStopped, free_port, service_running
from traderai_assets.cli.sandbox.origin import SandboxOrigin
from traderai_assets.settings import load_settings

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
ASK_AGAIN = "start again with the same command, and what was queued or at work goes on"
TIMEOUT_SECONDS = 180
# Whom to kill, by its command line, and how the last line begins
PARTS = {
    "the daemon": "dagster._daemon",
    "the web server": "traderai_assets.web",
    "the board": "traderai_assets.board",
    "the code server": "dagster\0code-server",
    "the code server, whose child held our code": "dagster\0api\0grpc",
    "the sandbox": "traderai_assets.cli\0sandbox",
}


def test_the_code_that_is_served_is_that_of_the_workspace(repository):
    [location] = yaml.safe_load((repository / "workspace.yaml").read_text())["load_from"]
    assert location["python_module"] == {"module_name": MODULE, "location_name": LOCATION}


@pytest.mark.processes
def test_the_end_of_one_is_told_by_name_and_ends_the_other(tmp_path):
    with (  # noqa: PT012
        pytest.raises(ProcessStopped) as stopped,
        service_running("the other", SLEEP, log=None) as other,
        service_running("the daemon", SLEEP, log=tmp_path / "log") as daemon,
    ):
        services = DagsterServices("", [other, daemon])
        services.check()
        os.kill(daemon.process.pid, signal.SIGKILL)
        services.wait()
    assert other.process.returncode is not None
    line = str(stopped.value)
    assert line.startswith(f"the daemon (process {daemon.process.pid}) was ended by SIGKILL (")
    assert line.endswith(f"What it printed last is in {tmp_path / 'log'}; {ASK_AGAIN}")


@pytest.mark.processes
def test_an_error_while_a_process_is_gone_is_that_process_s(tmp_path):
    command = [sys.executable, "-c", "import sys; sys.exit(3)"]
    with (  # noqa: PT012
        pytest.raises(ProcessStopped, match=r"the web server \(process \d+\) ended with code 3, "),
        service_running("the web server", command, log=tmp_path / "log") as web,
    ):
        while web.how_it_ended() is None:
            time.sleep(0.02)
        raise ConnectionRefusedError
    with pytest.raises(ConnectionRefusedError), service_running("x", SLEEP, log=None):
        raise ConnectionRefusedError


@pytest.mark.processes
@pytest.mark.parametrize("option", ["--port", "--board-port"])
def test_a_port_that_is_taken_is_said_before_anything_starts(traderai, option):
    port, other = free_port(0), free_port(0)
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as taken:
        deadline = time.monotonic() + 30
        while free_port(port) == port:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        try:
            ports = {"--port": other, "--board-port": other} | {option: port}
            code, out, err = traderai("dev", *(str(one) for pair in ports.items() for one in pair))
        finally:
            taken.kill()
    assert (code, out) == (1, "")
    assert err == f"traderai: port {port} of 127.0.0.1 is taken; name another with {option}\n"


def test_web_ui_and_board_have_each_a_port_of_its_own(traderai):
    code, _, err = traderai("dev", "--port", "3500", "--board-port", "3500")
    assert code == 1
    assert err == (
        "traderai: web UI and board cannot both have port 3500; name another of them with "
        "--port or --board-port\n"
    )


class Dev:
    """`traderai dev` on a home that a sandbox fed, as a person starts it."""

    def __init__(self, repository, folder):
        self.home, self.log = folder / "home", folder / "said"
        settings = {"TRADERAI_HOME": str(self.home), "TRADERAI_HISTORY_DAYS": "30"}
        settings["TRADERAI_MARKETS"] = '["binance:BTC/USDT"]'
        moment = "2026-03-20T12:00:00+00:00"
        origin = SandboxOrigin(None, seed=7, start=None, began=moment, now=moment)
        origin.save(load_settings(home=self.home))
        ports = ["--port", str(free_port(0)), "--board-port", str(free_port(0))]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "traderai_assets.cli", "dev", *ports],
                cwd=repository,
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
            )
        self.until(lambda: "Web UI: " in self.log.read_text())

    def until(self, condition):
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.2)

    def last_line(self):
        self.until(lambda: self.process.poll() is not None)
        return self.log.read_text().splitlines()[-1]

    def parts(self):
        """Process id -> command line of all that Dagster is made of, and of the sandbox."""
        dagster = processes_of(self.home.resolve() / "dagster")
        children = subprocess.run(  # noqa: S603
            ["/bin/ps", "-o", "pid=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        lines = {int(one): Path(f"/proc/{one}/cmdline") for one in children}
        return {
            **dagster,
            **{pid: file.read_text() for pid, file in lines.items() if file.exists()},
        }


@pytest.fixture
def dev(repository, tmp_path):
    started = Dev(repository, tmp_path)
    yield started
    started.process.kill()
    started.process.wait()
    end_all(started.home.resolve() / "dagster")


@pytest.mark.torture  # half a minute each
@pytest.mark.parametrize("name", PARTS)
def test_whatever_is_killed_under_dev_its_last_line_says_so_and_nothing_is_left(dev, name):
    [victim] = [pid for pid, line in dev.parts().items() if PARTS[name] in line]
    os.kill(victim, signal.SIGKILL)
    line = dev.last_line()
    assert line.startswith(f"traderai: {name.partition(',')[0]} (process "), line
    assert re.search(r"was ended by SIGKILL|lost the process that holds our code", line)
    assert line.endswith(ASK_AGAIN)
    assert dev.process.returncode == 1
    assert dev.parts() == {}


@pytest.mark.torture  # half a minute each
@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")]
)
def test_a_dev_that_was_stopped_says_by_whom_and_leaves_nothing(dev, number, name):
    os.kill(dev.process.pid, number)
    assert (
        dev.last_line() == f'Stopped by {name}; nothing runs on. "traderai dev" goes on from here.'
    )
    assert dev.process.returncode == 0
    assert dev.parts() == {}
