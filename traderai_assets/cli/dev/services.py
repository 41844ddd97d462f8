"""Services: Dagster's code server, daemon and web server, and the board, each watched.

The same four as in deploy/. Who stops takes the others along: a web UI without a daemon would show
a queue that never moves. The one code server listens on a socket in a folder of its own, where
nobody else's can be met.
"""

import json
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from traderai_assets.cli.context import dagster_home
from traderai_assets.cli.process_groups import living
from traderai_assets.cli.processes import HOST, Service, answers, service_running, wait_until
from traderai_assets.domain.queue.policy import PAGE
from traderai_assets.settings import Settings

# As workspace.yaml has them; a test holds the two together
MODULE, LOCATION = "traderai_assets.definitions", "traderai"
POLLS_WITHOUT_CHILD = 5
_SECONDS_BETWEEN_POLLS = 1.0


class DagsterServices:
    """Those that run, and where the web UI is, and the board; "" where there is none."""

    def __init__(self, url: str, services: list[Service], board_url: str = "") -> None:
        self.url, self.board_url = url, board_url
        self._watched = services
        self._code: CodeServer | None = None

    def watch(self, *services: Service) -> None:
        """Have these belong to it as well."""
        self._watched.extend(services)

    def check(self) -> None:
        """Do nothing while all live.

        Raises
        ------
        ProcessStopped
            Where one has ended.
        """
        for service in self._watched:
            service.check()
        if self._code is not None:
            self._code.check()

    def serves_code(self, code: "CodeServer") -> None:
        """Have what the code server has started belong to it as well."""
        self._code = code

    def wait(self) -> None:
        """Wait until one ends, which is an error; Ctrl-C is the way out."""
        while True:
            self.check()
            time.sleep(_SECONDS_BETWEEN_POLLS)


class CodeServer:
    """The code server's own child, which holds our code: the server lives on without it, silent.

    A child is also missing where edited code cannot be loaded: the web UI shows why, and waits.
    """

    def __init__(self, service: Service, path: Path) -> None:
        self._service, self._path = service, path
        self._missing = 0

    def check(self) -> None:
        """Do nothing while the code is served.

        Raises
        ------
        ProcessStopped
            Where nobody is there who could answer.
        """
        leader = self._service.process.pid
        self._missing = 0 if living(leader) - {leader} else self._missing + 1
        if self._missing >= POLLS_WITHOUT_CHILD:
            self._missing = 0
            if not self._answers():
                raise self._service.stopped("lost the process that holds our code")

    def _answers(self) -> bool:
        from dagster._core.errors import (
            DagsterUserCodeProcessError,
            DagsterUserCodeUnreachableError,
        )
        from dagster._grpc.client import DagsterGrpcClient

        try:
            DagsterGrpcClient(socket=str(self._path)).list_repositories()
        except DagsterUserCodeUnreachableError:
            return False
        except DagsterUserCodeProcessError:  # The answer: our code cannot be loaded
            return True
        return True


@contextmanager
def dagster_running(
    settings: Settings,
    *,
    port: int,
    board_port: int | None = None,
    environment: Mapping[str, str],
    log: Path | None,
) -> Iterator[DagsterServices]:
    """Run code server, daemon, guarded web server and board while the block lasts.

    Parameters
    ----------
    settings : Settings
    port : int
        Of the web UI.
    board_port : int, optional
        Of the board; none is started where it is left out.
    environment : mapping
        Variables for all of them.
    log : Path, optional
        Where they write; to our own output where left out.

    Raises
    ------
    ProcessStopped
        If one of them ended, be it on the way up or within the block, where it is the cause of
        whatever went wrong there.
    """
    surroundings = {
        **environment,
        "DAGSTER_RUN_QUEUE_PAGE_SIZE": str(PAGE),
        "DAGSTER_IS_DEV_CLI": "1",  # Errors of our code without Dagster's own frames
        "DAGSTER_HOME": str(dagster_home(settings)),
    }
    url = f"http://{HOST}:{port}"
    board_url = "" if board_port is None else f"http://{HOST}:{board_port}"
    running = DagsterServices(url, [], board_url)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traderai-")))
        workspace = _workspace(folder)

        def start(name: str, *command: str) -> Service:
            service = stack.enter_context(
                service_running(
                    name, [sys.executable, "-m", *command], environment=surroundings, log=log
                )
            )
            running.watch(service)
            return service

        code = start("the code server", *_code_server(folder))
        wait_until(code, lambda: _listens(folder / "code"))
        running.serves_code(CodeServer(code, folder / "code"))
        start("the daemon", "dagster._daemon", "run", "-w", str(workspace))
        web = start(
            "the web server",
            *("traderai_assets.web", "--host", HOST, "--port", str(port)),
            *("--workspace", str(workspace)),
        )
        if board_url:
            board = start("the board", *_board(port, board_port))
            wait_until(board, lambda: answers(f"{board_url}/server_info"))
        wait_until(web, lambda: answers(f"{url}/server_info"))
        yield running


def _code_server(folder: Path) -> list[str]:
    start = ["dagster", "code-server", "start", "--socket", str(folder / "code")]
    start += ["--module-name", MODULE, "--location-name", LOCATION, "--log-level", "warning"]
    return [*start, "--use-python-environment-entry-point", "--inject-env-vars-from-instance"]


def _board(web_port: int, port: int | None) -> list[str]:
    ports = ["--port", str(port), "--web-port", str(web_port)]
    return ["traderai_assets.board", "--host", HOST, *ports]


def _workspace(folder: Path) -> Path:
    """Write down where the code server is, for the other two."""
    file = folder / "workspace.yaml"
    server = {"socket": str(folder / "code"), "location_name": LOCATION}
    file.write_text(json.dumps({"load_from": [{"grpc_server": server}]}))
    return file


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
