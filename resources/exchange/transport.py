"""The wire: a request takes no longer, and brings no more bytes, than it is given.

The timeout of `requests` is one of silence: a server that sends a byte every few seconds is never
cut off, and a body of any size is read into memory. Imported late, with ccxt.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR, socket
from typing import Any
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_MAX_REDIRECTS = 3


def bounded_session(*, seconds: Callable[[], float], max_bytes: int) -> requests.Session:
    """Open a session whose every request ends within `seconds()`, with at most `max_bytes`."""
    session = requests.Session()
    session.trust_env = False  # As ccxt's own: no proxy and no netrc behind our back
    session.max_redirects = _MAX_REDIRECTS
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter(seconds=seconds, max_bytes=max_bytes))
    return session


class BoundedAdapter(HTTPAdapter):
    """An adapter that reads the whole answer itself, under a watchdog and a byte count."""

    def __init__(self, *, seconds: Callable[[], float], max_bytes: int) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._sockets: WeakSet[socket] = WeakSet()
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make pools whose sockets are known, so that they can be shut from outside."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool_class(HTTPConnectionPool, HTTPConnection, self._sockets),
            "https": _pool_class(HTTPSConnectionPool, HTTPSConnection, self._sockets),
        }

    def send(self, request: requests.PreparedRequest, *_: Any, **kwargs: Any) -> requests.Response:
        """Send one request and read its answer to the end.

        Raises
        ------
        requests.Timeout
            If the last byte has not come in time, however lively the first ones were.
        AnswerTooLarge
            As soon as the (unpacked) body exceeds the limit.
        """
        seconds = max(0.001, self._seconds())
        with self._watchdog(seconds):
            response = super().send(request, **{**kwargs, "stream": True, "timeout": seconds})
            response.raw = _BoundedBody(response.raw, self._max_bytes)
            try:
                len(response.content)
            except RequestException:
                response.close()
                raise
        return response

    @contextmanager
    def _watchdog(self, seconds: float) -> Iterator[None]:
        cut = threading.Event()

        def cut_off() -> None:
            cut.set()
            for wire in list(self._sockets):
                with suppress(OSError):  # Closed already
                    wire.shutdown(SHUT_RDWR)

        timer = threading.Timer(seconds, cut_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        except RequestException as error:
            if cut.is_set():
                raise Timeout(f"no complete answer within {seconds:.1f} s") from error
            raise
        finally:
            timer.cancel()
        if cut.is_set():  # A body that ends with its connection looks complete when cut
            raise Timeout(f"no complete answer within {seconds:.1f} s")


class AnswerTooLarge(RequestException):
    """A body beyond the limit, of which no more was read."""


class _BoundedBody:
    """urllib3's response, with a limit on what it yields."""

    def __init__(self, raw: Any, max_bytes: int) -> None:
        self._raw = raw
        self._max_bytes = max_bytes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amount: int, decode_content: bool | None = None) -> Iterator[bytes]:
        received = 0
        for chunk in self._raw.stream(amount, decode_content=decode_content):
            received += len(chunk)
            if received > self._max_bytes:
                raise AnswerTooLarge(f"the answer exceeds {self._max_bytes} bytes")
            yield chunk


def _pool_class(pool: type, connection: type, sockets: "WeakSet[socket]") -> type:
    def connect(self: Any) -> None:
        connection.connect(self)  # type: ignore[attr-defined]
        sockets.add(self.sock)

    known = type(connection.__name__, (connection,), {"connect": connect})
    return type(pool.__name__, (pool,), {"ConnectionCls": known})
