"""Dagster's real web server behind the guard, on loopback, and what a client sends it."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import uvicorn
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from tests.web import location
from traderai_assets.settings import load_settings
from traderai_assets.web.server import UVICORN, guarded_app

JSON = {"Content-Type": "application/json"}
LAUNCH = """
mutation {
  launchRun(executionParams: {
    mode: "default", runConfigData: {},
    selector: {
      repositoryLocationName: "tested", repositoryName: "__repository__",
      jobName: "__ASSET_JOB", assetSelection: [{path: ["prices"]}]
    }
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}
"""
READ = "{ instance { id } version }"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class Served:
    """A web server that runs, its instance, and plain HTTP to see what a library would hide."""

    def __init__(self, port: int, instance: dg.DagsterInstance) -> None:
        self.port, self.instance = port, instance
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> "Answer":
        """Send one request as it is said, and nothing more."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def raw(self, request: str) -> str:
        """Send bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request.replace("\n", "\r\n").encode("latin-1"))
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")

    def ask(self, query: str, **headers: str) -> dict[str, Any]:
        """Ask as the web UI does."""
        sent = {**JSON, **headers}
        answer = self.send("POST", "/graphql", sent, json.dumps({"query": query}))
        assert answer.status == 200, answer.text
        return json.loads(answer.text)["data"]  # type: ignore[no-any-return]

    def happened(self) -> tuple[int, int]:
        """How many runs there are, and how many events of the asset and its check."""
        asset, log = dg.AssetKey("prices"), self.instance.event_log_storage
        events = [
            *self.instance.fetch_materializations(asset, limit=1000).records,
            *self.instance.fetch_observations(asset, limit=1000).records,
            *log.get_asset_check_execution_history(dg.AssetCheckKey(asset, "x"), limit=1000),
        ]
        return self.instance.get_runs_count(), len(events)


@contextmanager
def served(folder: Path, *, guarded: bool = True, **web: object) -> Iterator[Served]:
    """Serve an instance of its own while the block lasts; runs stay in the queue."""
    folder.mkdir(exist_ok=True)
    settings = load_settings(folder / "absent.toml", web=web)
    queue = {"module": "dagster._core.run_coordinator", "class": "QueuedRunCoordinator"}
    quiet = {"telemetry": {"enabled": False}, "nux": {"enabled": False}}
    with (
        dg.instance_for_test(
            temp_dir=str(folder), overrides={"run_coordinator": queue, **quiet}
        ) as instance,
        WorkspaceProcessContext(
            instance,
            version=__version__,
            read_only=settings.web.read_only,
            workspace_load_target=_location(),
        ) as context,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        port = listening.getsockname()[1]
        if guarded:
            app = guarded_app(context, port, settings)
        else:
            app = create_app_from_workspace_process_context(context)
        with _running(app, listening):
            yield Served(port, instance)


@contextmanager
def _running(app: object, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, **UVICORN))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _location() -> InProcessWorkspaceLoadTarget:
    target = LoadableTargetOrigin(python_file=location.__file__, attribute="defs")
    return InProcessWorkspaceLoadTarget(
        [InProcessCodeLocationOrigin(target, location_name="tested")]
    )
