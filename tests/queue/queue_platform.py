"""A platform of three processes that can be killed one by one: code server, web server, daemon.

They run what `location.py` defines, over an instance in a folder of its own, whose dagster.yaml is
that of the repository or of deploy/. Workers are found by their environment, whoever started them.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.storage.dagster_run import ACTIVE_RUN_STATUSES

from tests.processes import end_all, is_fork_server, processes_of
from tests.queue import location
from traderai_assets.cli.processes import HOST, free_port
from traderai_assets.domain.months import Month
from traderai_assets.instance.open_months import note_open_month
from traderai_assets.instance.run_workers import worker_of

TIMEOUT_SECONDS = 240  # a loaded machine; nothing here is a measurement
MARKETS = ("binance.BTC-USDT.5m", "binance.ETH-USDT.5m", "kraken.BTC-USD.5m", "kraken.SOL-USD.5m")
OPEN_MONTH = "2026-03"
CODE, WEB, DAEMON = "code", "web", "daemon"
ALL = (CODE, WEB, DAEMON)


class QueuePlatform:
    """The running platform, and what can be seen of it from outside."""

    def __init__(self, home: Path, instance_file: Path, seconds: float = 0.1) -> None:
        home.mkdir(parents=True)
        (home / "dagster.yaml").symlink_to(instance_file)
        (home / location.SECONDS_FILE).write_text(str(seconds))
        self.home = home
        self.environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            location.FOLDER_VARIABLE: str(home),
        }
        self._code_port, self._web_port = free_port(0), free_port(0)
        self.url = f"http://{HOST}:{self._web_port}"
        self._write_workspace()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.instance = dg.DagsterInstance.from_config(str(home))
        self.instance.add_dynamic_partitions("markets", list(MARKETS))
        for exchange in ("binance", "kraken"):
            note_open_month(self.instance, exchange, Month.parse(OPEN_MONTH))

    def start(self, *names: str) -> None:
        """Start what is named, or all, and wait until it answers."""
        for name in names or ALL:
            log = (self.home / f"{name}.log").open("ab")
            with log:
                self._processes[name] = subprocess.Popen(  # noqa: S603
                    self._command(name),
                    cwd=self.home,
                    env=self.environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            if name == CODE:
                self._until_code_answers()
            if name == WEB:
                self.until(self._web_answers)

    def second_daemon(self) -> str:
        """Start another daemon on the same instance; return the name by which it is killed."""
        with (self.home / "second.log").open("ab") as log:
            made = subprocess.Popen(  # noqa: S603
                self._command(DAEMON),
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes[f"daemon {made.pid}"] = made
        return f"daemon {made.pid}"

    def kill(self, *names: str) -> None:
        """Kill -9 what is named, at once, and wait until it is gone."""
        self.send(signal.SIGKILL, *names)
        for name in names:
            self._processes.pop(name).wait()

    def send(self, sent: int, *names: str) -> None:
        """Send a signal to what is named."""
        for name in names:
            self._processes[name].send_signal(sent)

    def crash(self) -> None:
        """Kill everything at once, workers too, as a power cut would."""
        end_all(self.home)
        for process in self._processes.values():
            process.wait()
        self._processes.clear()

    def close(self) -> None:
        """End everything and leave the instance."""
        self.crash()
        self.instance.dispose()

    def workers(self) -> dict[int, str]:
        """Process id -> command line of what runs here beside the three."""
        ours = {process.pid for process in self._processes.values()}
        return {
            pid: told
            for pid, told in processes_of(self.home).items()
            if pid not in ours and not is_fork_server(pid)
        }

    def children(self, name: str) -> set[int]:
        """Process ids of what it has started: told by the kernel, so known at once."""
        found: set[int] = set()
        for thread in Path(f"/proc/{self._processes[name].pid}/task").iterdir():
            with suppress(FileNotFoundError):  # A thread that ended while we looked
                found |= {int(pid) for pid in (thread / "children").read_text().split()}
        return found

    def attempts(self, root: str) -> list[dg.DagsterRun]:
        """A run and its re-executions, oldest first."""
        group = self.instance.get_run_group(root)
        return list(group[1]) if group else []

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the web server's GraphQL, as the web UI does."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            told: dict[str, Any] = json.load(answer)
        assert "errors" not in told, told["errors"]
        return told["data"]  # type: ignore[no-any-return]

    def journal(self) -> list[dict[str, Any]]:
        """What the workers wrote down, in the order of writing."""
        file = self.home / location.JOURNAL
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def release(self, name: str) -> None:
        """Let runs that are held by this name go on."""
        (self.home / name).touch()

    def at_work(self) -> int:
        """How many runs hold a slot."""
        return self.instance.get_runs_count(dg.RunsFilter(statuses=list(ACTIVE_RUN_STATUSES)))

    def until(self, condition: Callable[[], object], seconds: float = TIMEOUT_SECONDS) -> None:
        """Look until it holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.tail_of_logs()
            time.sleep(0.3)  # the platform has two cores, too

    def tail_of_logs(self) -> str:
        """How each run stands, and the last that each process said."""
        runs = "\n".join(
            f"{run.run_id[:8]} of {(run.root_run_id or run.run_id)[:8]} {run.job_name} "
            f"{run.status.value} {worker_of(run)}"
            for run in self.instance.get_runs(limit=30)
        )
        logs = sorted(self.home.glob("*.log"))
        said = "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in logs)
        return f"== runs, newest first\n{runs}\n{said}"

    def _command(self, name: str) -> list[str]:
        python, repository = sys.executable, str(Path(location.__file__).parents[2])
        code = [python, "-m", "dagster", "api", "grpc", "--location-name", "queue"]
        code += ["-f", location.__file__, "-d", repository]
        workspace = ["-w", "workspace.yaml"]
        serve = ["-h", HOST, "-p"]
        return {
            CODE: [*code, *serve, str(self._code_port)],
            WEB: [python, "-m", "dagster_webserver", *workspace, *serve, str(self._web_port)],
            DAEMON: [python, "-m", "dagster._daemon", "run", *workspace],
        }[name]

    def _write_workspace(self) -> None:
        server = {"host": HOST, "port": self._code_port, "location_name": "queue"}
        (self.home / "workspace.yaml").write_text(
            json.dumps({"load_from": [{"grpc_server": server}]})
        )

    def _until_code_answers(self) -> None:
        from dagster._grpc.client import DagsterGrpcClient

        client = DagsterGrpcClient(port=self._code_port, host=HOST)

        def answers() -> bool:
            try:
                client.ping("")
            except Exception:  # noqa: BLE001  # Nobody listens yet
                return False
            return True

        self.until(answers)

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/server_info", timeout=5):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError):
            return False
