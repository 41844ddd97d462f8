"""The services of deploy/compose.yaml as processes of this machine, by the file's own commands.

What the file says of containers (images, volumes, health) is not tried here.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import yaml

from tests import processes
from traderai_assets.cli.processes import HOST, free_port

TIMEOUT_SECONDS = 120
_PORT_OF = {"code": "4000", "web": "3000", "board": "3001"}


class Topology:
    """Code server, daemon, web server and board, each a process of its own."""

    def __init__(self, repository: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._repository = repository
        self._services = yaml.safe_load((repository / "deploy/compose.yaml").read_text())[
            "services"
        ]
        self.home = folder / "home"
        # A copy, so that nobody else's processes have this DAGSTER_HOME
        self.dagster_home = folder / "deploy"
        shutil.copytree(repository / "deploy", self.dagster_home)
        self._ports = {port: str(free_port(0)) for port in _PORT_OF.values()}
        self.port_of_web = int(self._ports["3000"])
        self.port_of_board = int(self._ports["3001"])
        self.environment = {
            **self._services["daemon"]["environment"],
            **environment,
            "DAGSTER_HOME": str(self.dagster_home),
            "DAGSTER_FILES": str(self.home / "dagster"),
            "DAGSTER_CODE_HOST": HOST,
            "DAGSTER_CODE_PORT": self._ports["4000"],
            "TRADERAI_HOME": str(self.home),
        }
        for of_containers in ("PGPASSWORD_FILE", "HOME", "NUMBA_CACHE_DIR"):
            self.environment.pop(of_containers)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = ExitStack()

    def start(self) -> None:
        """Start all four; return when each answers."""
        self.home.mkdir(exist_ok=True)
        guard = [sys.executable, processes.__file__, str(self.dagster_home)]
        self._stack.enter_context(
            subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
        )
        self.start_service("code")
        self._until_healthy("code")  # The others wait for it, as `depends_on` has it
        self.start_service("daemon")
        for service in ("web", "board"):
            self.start_service(service)
        for service in ("web", "board"):
            self._until_healthy(service)

    def start_service(self, service: str) -> None:
        """Start one service, in the repository as the image has it in /app."""
        command = [self._localized(part) for part in self._services[service]["command"]]
        environment = {**os.environ, **self.environment}
        # As the containers have it: not in what they were told, but in a file (of its own:
        # the service started before may still be about to read the last one)
        secret = self.home / f"{service}.password"
        secret.write_text(environment.pop("PGPASSWORD"))
        environment["PGPASSWORD_FILE"] = str(secret)
        with (self.home / f"{service}.log").open("ab") as log:
            self.processes[service] = subprocess.Popen(  # noqa: S603
                [self.dagster_home / "entrypoint.sh", *self._program(command)],
                cwd=self._repository,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Ask all to end, as `docker compose stop` does; then end what is left, as it does."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
        processes.end_all(self.dagster_home)
        for process in self.processes.values():
            process.wait()
        self._stack.close()

    def log(self) -> str:
        """Return the end of what each has said."""
        ends = {one: (self.home / f"{one}.log").read_text()[-3000:] for one in self.processes}
        return "\n".join(f"--- {service}\n{end}" for service, end in ends.items())

    def _until_healthy(self, service: str) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self._is_healthy(service):
            assert self.processes[service].poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.3)

    def _is_healthy(self, service: str) -> bool:
        """Ask by the file's own command, once somebody listens."""
        port = int(self._ports[_PORT_OF[service]])
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)):
                return False
        test: list[str] = self._services[service]["healthcheck"]["test"]
        command = self._program([self._localized(part) for part in test[1:]])
        env = {**os.environ, **self.environment}
        looked = subprocess.run(command, check=False, capture_output=True, env=env)  # noqa: S603
        return looked.returncode == 0

    def _localized(self, part: str) -> str:
        for port, ours in self._ports.items():
            part = part.replace(port, ours)
        return part.replace("0.0.0.0", HOST)  # noqa: S104

    def _program(self, command: list[str]) -> list[str]:
        return [str(Path(sys.executable).with_name(command[0])), *command[1:]]
