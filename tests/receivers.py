"""Receivers on this machine: a web server, and a mail server that knows just enough of SMTP."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, TypeVar

import pytest

Server = TypeVar("Server", bound=socketserver.TCPServer)


class Received(NamedTuple):
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class WebReceiver(ThreadingHTTPServer):
    """Takes what is posted; `status` is what it answers next, `location` where it sends on."""

    daemon_threads = True

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status, self.location = 204, ""
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # http.server's own name
        receiver = self.server
        assert isinstance(receiver, WebReceiver)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.received.append(Received(self.path, headers, body))
        self.send_response(receiver.status)
        if receiver.location:
            self.send_header("Location", receiver.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class MailReceiver(socketserver.ThreadingTCPServer):
    """Takes mail; `mails` are the texts between DATA and the dot."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.mails: list[str] = []
        super().__init__(("127.0.0.1", 0), _MailHandler)


class _MailHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 here")
        for line in iter(self.rfile.readline, b""):
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines).decode())  # type: ignore[attr-defined]
            if word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 well")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def web() -> Iterator[WebReceiver]:
    """A web server on this machine."""
    with serving(WebReceiver()) as server:
        yield server


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    """A mail server on this machine."""
    with serving(MailReceiver()) as server:
        yield server


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Serve while the block lasts."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
