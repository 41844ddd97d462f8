"""The board as its own process on a home, and what a client asks of it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traderai_assets.cli.processes import free_port

REPOSITORY = Path(__file__).parent.parent.parent
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class Events:
    """One page that is open: the lines the board sends it, as they come."""

    def __init__(self, port: int, path: str, seen: str, **headers: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        sent = {"Host": f"127.0.0.1:{port}", **headers}
        lines = [f"GET /events?page={path}&seen={seen} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in sent.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._left = b""

    def next_change(self, seconds: float) -> str | None:
        """Return what is seen from the next change on; None where none is told for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            line, end, rest = self._left.partition(b"\n")
            if end:
                self._left = rest
                if line.startswith(b"data: "):
                    return line.removeprefix(b"data: ").decode().strip()
                continue
            self._socket.settimeout(left)
            try:
                came = self._socket.recv(65536)
            except TimeoutError:
                return None
            if not came:
                return None
            self._left += came
        return None

    def close(self) -> None:
        """Go away without a word."""
        self._socket.close()


class ServedBoard:
    """A board that runs."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.port, self.process, self._log = port, process, log
        self.host = f"127.0.0.1:{port}"

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request as it is said."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def page(self, path: str) -> str:
        """Return a page that is there."""
        answer = self.send("GET", path)
        assert answer.status == 200, (path, answer.text[-2000:], self.log())
        return answer.text

    def info(self) -> dict[str, Any]:
        """Return what the board says of itself."""
        found: dict[str, Any] = json.loads(self.send("GET", "/server_info").text)
        return found

    def log(self) -> str:
        """Return what it has printed."""
        return self._log.read_text()

    def until(self, condition: Any, seconds: float = 30) -> None:
        """Look until it holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.1)


@contextmanager
def board_served(home: Path, log: Path, **environment: str) -> Iterator[ServedBoard]:
    """Serve the board of a home while the block lasts."""
    port = free_port(0)
    command = [sys.executable, "-m", "traderai_assets.board", "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=REPOSITORY, env=surroundings(home, **environment), stdout=file, stderr=file
        )
    board = ServedBoard(port, process, log)
    try:
        board.until(lambda: _answers(board), TIMEOUT_SECONDS)
        yield board
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()


def surroundings(home: Path, **environment: str) -> dict[str, str]:
    """Return the environment of who stands in the project's folder with this home."""
    own = {key: value for key, value in os.environ.items() if key != "DAGSTER_HOME"}
    return {**own, "TRADERAI_HOME": str(home), **environment}


def told_by(home: Path, *command: str) -> Any:
    """Return what a command of the command line tells of a home, as JSON."""
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "traderai_assets.cli", *command, "--json"],
        cwd=REPOSITORY,
        env=surroundings(home),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def seen_in(html: str) -> str:
    """Return of which marks a page was made."""
    return html.partition('<meta name="traderai-seen" content="')[2].partition('"')[0]


def _answers(board: ServedBoard) -> bool:
    assert board.process.poll() is None, board.log()
    with suppress(OSError):
        return board.send("GET", "/server_info").status == 200
    return False
