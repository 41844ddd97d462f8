"""The sandbox exchange as an HTTP server on loopback: the app, and the ways to run it."""

import asyncio
import ipaddress
import threading
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.sandbox.access import guard
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.control import Control
from traderai_assets.sandbox.faults import Faults
from traderai_assets.sandbox.feed import Feed
from traderai_assets.sandbox.market_data import MarketData
from traderai_assets.sandbox.replay import ReplayFeed
from traderai_assets.sandbox.request_log import Allowance, RequestLog
from traderai_assets.sandbox.simulation import LISTED_SINCE, SimulatedFeed

LABEL = "X-TraderAI-Sandbox"


def build_app(
    feed: Feed,
    clock: Clock,
    faults: Faults,
    *,
    requests: RequestLog | None = None,
    allowance: Allowance | None = None,
) -> web.Application:
    """Put the exchange together; every answer says that its data is simulated or replayed."""
    requests, allowance = requests or RequestLog(), allowance or Allowance()
    app = web.Application(middlewares=[guard])
    app.add_routes(MarketData(feed, clock, faults, requests, allowance).routes())
    app.add_routes(Control(clock, faults, requests, allowance).routes())

    async def label(request: web.Request, response: web.StreamResponse) -> None:
        del request
        response.headers[LABEL] = str(feed.provenance["data"])

    app.on_response_prepare.append(label)
    return app


def run_sandbox(host: str, port: int, app: web.Application) -> None:
    """Serve until interrupted."""
    web.run_app(
        app,
        host=loopback(host),
        port=port,
        print=None,
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=0.1,
    )


def serve(
    *,
    host: str,
    port: int,
    candles: str | None,
    seed: int,
    edge: float,
    start: datetime | None,
    now: datetime | None,
    speed: float | None,
) -> None:
    """Run the sandbox until interrupted, as the command line asks for it.

    Parameters
    ----------
    candles : str or None
        Folder of Parquet files to replay; None simulates a market.
    seed, edge, start
        Of the simulated market; `start` is its listing date, by default 2024-01-01.
    now, speed
        Where the clock begins and how fast it runs. By default a simulation runs with the
        machine's clock, one with `now` given stands there, and a replay stands at its end.
    """
    feed: Feed
    if candles is None:
        feed = SimulatedFeed(seed, edge, start or LISTED_SINCE)
        clock = Clock(now, speed if speed is not None else float(now is None))
    else:
        feed = ReplayFeed(Path(candles))
        clock = Clock(now or feed.end(), speed or 0.0)
    run_sandbox(host, port, build_app(feed, clock, Faults()))


class SandboxServer:
    """The sandbox in a thread of its own, for the time of a `with` block.

    Parameters
    ----------
    feed : Feed, optional
        By default a simulated market.
    clock : Clock, optional
        By default one that stands: at the end of a replay, else at the moment of the call.
    allowance : Allowance, optional
        Request weight allowed a minute; by default without limit.
    host, port
        A loopback address; port 0 takes a free one.
    """

    def __init__(
        self,
        feed: Feed | None = None,
        *,
        clock: Clock | None = None,
        faults: Faults | None = None,
        allowance: Allowance | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.feed = feed or SimulatedFeed()
        self.clock, self.faults = clock or Clock(self.feed.end()), faults or Faults()
        self.requests, self.allowance = RequestLog(), allowance or Allowance()
        self.url = ""
        self._host, self._port = loopback(host), port
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        started: Future[str] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(started)), name="sandbox", daemon=True
        )
        self._thread.start()
        self.url = started.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    async def _run(self, started: "Future[str]") -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = build_app(
            self.feed, self.clock, self.faults, requests=self.requests, allowance=self.allowance
        )
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            started.set_exception(error)
        else:
            port = runner.addresses[0][1]
            name = f"[{self._host}]" if ":" in self._host else self._host
            started.set_result(f"http://{name}:{port}")
            await self._stop.wait()
        finally:
            await runner.cleanup()


def loopback(host: str) -> str:
    """The address to listen on; anything but loopback is refused.

    Raises
    ------
    InvalidSettings
        If other machines could reach `host`: whoever reaches it commands clock and faults.
    """
    if host == "localhost":
        return "127.0.0.1"
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise InvalidSettings(
            f"the sandbox listens on loopback only, not on {host!r}; use 127.0.0.1 or ::1"
        )
    return host
