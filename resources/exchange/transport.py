"""The wire: a request takes no longer, and brings no more bytes, than it is given.

The timeout of `requests` is one of silence: a server that sends a byte every few seconds is never
cut off, and a body of any size is read into memory. And it follows a redirect to any host, so that
whoever answers in a venue's name could make this machine ask its neighbours; here one leads to
another path of the same server, or nowhere. Imported late, with ccxt.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from socket import SHUT_RDWR, socket
from typing import Any
from urllib.parse import urljoin
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException, Timeout
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.urls import without_login

_PORTS = {"http": 80, "https": 443}
_MAX_REDIRECTS = 3


def bounded_session(
    *, seconds: Callable[[], float], max_bytes: int, proxy: str | None = None
) -> requests.Session:
    """Open a session whose every request ends within `seconds()`, with at most `max_bytes`.

    Raises
    ------
    InvalidSettings
        If the proxy speaks SOCKS and the package for it is not installed.
    """
    session = HomeboundSession()
    session.trust_env = False  # As ccxt's own: no proxy and no netrc behind our back
    if proxy is not None:
        _check_spoken(proxy)
        session.proxies = {"http": proxy, "https": proxy}
    session.max_redirects = _MAX_REDIRECTS
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter(seconds=seconds, max_bytes=max_bytes))
    return session


class HomeboundSession(requests.Session):
    """A session that a redirect cannot lead to another scheme, host or port."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where to ask next: a path of the server that answered; None where nowhere.

        The URL is put together of that server and the path alone: what two readers of a URL
        could disagree about is not in it.

        Raises
        ------
        RedirectRefused
            If it leads elsewhere, or names a user.
        """
        location = super().get_redirect_target(resp)
        if location is None:
            return None
        here = parse_url(resp.url)
        try:
            there = parse_url(urljoin(resp.url, location))
        except (LocationParseError, ValueError):
            there = Url()
        if there.auth or _server(there) != _server(here):
            shown = plain_line(without_login(location), most=80)
            raise RedirectRefused(
                f"{here.host} sends us to '{shown}', which is not followed "
                "as it is not the same server; if the venue has moved, name its new address as "
                "exchange_url"
            )
        home = Url(here.scheme, host=here.host, port=here.port, path=there.path, query=there.query)
        return str(home.url)


class RedirectRefused(RequestException):
    """A redirect that leads to another server."""


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
        _watch(self.poolmanager, self._sockets)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pools of a proxy, http or SOCKS, in the same way."""
        manager = super().proxy_manager_for(*args, **kwargs)
        _watch(manager, self._sockets)
        return manager

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


def _server(url: Url) -> tuple[str | None, str | None, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme or "")


def _check_spoken(proxy: str) -> None:
    if proxy.startswith("socks") and find_spec("socks") is None:
        raise InvalidSettings(
            f"exchange.proxy begins with {proxy.partition('://')[0]}://, and PySocks, which speaks "
            'SOCKS, is not installed; install it with pip install "requests[socks]", or name an '
            "http:// proxy"
        )


def _watch(manager: Any, sockets: "WeakSet[socket]") -> None:
    """Let the connections of a manager's pools be known, unless they are."""
    manager.pool_classes_by_scheme = {
        scheme: pool if hasattr(pool, "watched") else _pool_class(pool, pool.ConnectionCls, sockets)
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _pool_class(pool: type, connection: type, sockets: "WeakSet[socket]") -> type:
    def connect(self: Any) -> None:
        connection.connect(self)  # type: ignore[attr-defined]
        sockets.add(self.sock)

    watched = type(connection.__name__, (connection,), {"connect": connect})
    return type(pool.__name__, (pool,), {"ConnectionCls": watched, "watched": True})
