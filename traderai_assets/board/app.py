"""The application: which path leads to which page, and what changes are told to whom."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from traderai_assets.board.dagster_links import DagsterLinks, links_from
from traderai_assets.board.live_page import POLICY, STATIC, live_page, static_files
from traderai_assets.board.making import Maker
from traderai_assets.board.marks import ChangeMarks, digest_of
from traderai_assets.board.menu import room_of
from traderai_assets.board.sources import Sources
from traderai_assets.board.troubles import FAULT, not_found_page, status_of, trouble_page
from traderai_assets.board.views.asked import Asked
from traderai_assets.board.views.health import health_page
from traderai_assets.board.views.lineage import candle_page, signal_page
from traderai_assets.board.views.market import market_page
from traderai_assets.board.views.markets import markets_page
from traderai_assets.board.views.models import comparison_page, model_page, models_page
from traderai_assets.board.views.now import now_page
from traderai_assets.board.views.queue import queue_page
from traderai_assets.board.views.reports import market_report, model_report, strategy_report
from traderai_assets.board.views.strategies import strategies_page
from traderai_assets.board.views.strategy import strategy_page
from traderai_assets.board.watching import MOST_LISTENERS, Watcher
from traderai_assets.pages.parts import Page
from traderai_assets.pages.render import render
from traderai_assets.status.plain_errors import in_one_line

View = Callable[[Asked], Page]
VIEWS: Mapping[str, View] = {
    "/": now_page,
    "/markets": markets_page,
    "/markets/{market}": market_page,
    "/strategies": strategies_page,
    "/strategies/{name}": strategy_page,
    "/models": models_page,
    "/models/compare": comparison_page,
    "/models/{model}": model_page,
    "/queue": queue_page,
    "/health": health_page,
    "/signals/{name}/{market}/{opened}": signal_page,
    "/candles/{market}/{opened}": candle_page,
}
OK = 200
UNKEPT = {"cache-control": "no-store"}
HEADERS = {**UNKEPT, "content-security-policy": POLICY}
# Files of their own, which follow nothing
REPORTS: Mapping[str, View] = {
    "/report/strategy/{name}": strategy_report,
    "/report/model/{model}": model_report,
    "/report/market/{market}": market_report,
}
_log = logging.getLogger(__name__)


class Board:
    """The pages of one home.

    Parameters
    ----------
    sources : Sources
    web_port, web_url
        Where Dagster's web UI is: a port of the same host, or an address of its own.
    """

    def __init__(self, sources: Sources, *, web_port: int, web_url: str = "") -> None:
        self._sources = sources
        self._web_port, self._web_url = web_port, web_url
        self.marks = ChangeMarks(sources)
        self.watcher = Watcher(self.marks.look)
        self.maker = Maker()

    def app(self) -> Starlette:
        """Return the application; it answers whoever asks, so the guard goes before it."""
        return Starlette(
            routes=[
                Route("/events", self._events),
                Route("/server_info", self._server_info),
                Route(f"{STATIC}/{{name}}", self._static),
                *(Route(path, self._page_of(view)) for path, view in VIEWS.items()),
                *(Route(path, self._page_of(view, alone=True)) for path, view in REPORTS.items()),
                Route("/{path:path}", self._page_of(not_found_page)),
            ]
        )

    def _page_of(
        self, view: View, *, alone: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            asked = Asked(
                self._sources,
                self._links(request),
                request.url.path,
                request.path_params,
                request.query_params,
            )
            seen = await asyncio.to_thread(self._seen, asked.path)
            key = (asked.path, request.url.query, asked.links.root)
            made = await self.maker.page(key, seen, lambda: _made(view, asked, seen, alone=alone))
            # A file of its own says itself what it may do, and that is less
            whole = alone and made.status == OK
            return HTMLResponse(made.html, made.status, UNKEPT if whole else HEADERS)

        return page

    async def _events(self, request: Request) -> Response:
        if self.watcher.listeners >= MOST_LISTENERS:
            told = f"{MOST_LISTENERS} pages are open already; close some\n"
            return PlainTextResponse(told, 503, {"retry-after": "60"})
        topics = room_of(request.query_params.get("page", "/")).topics
        # A connection that was lost goes on from what it was told last
        seen = request.headers.get("last-event-id") or request.query_params.get("seen", "")
        lines = self.watcher.lines(topics, seen)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(lines, 200, headers, "text/event-stream")

    async def _server_info(self, _: Request) -> Response:
        told = {"traderai_version": version("traderai"), "listeners": self.watcher.listeners}
        return JSONResponse({**told, "looks": self.marks.looks, "pages_made": self.maker.made})

    async def _static(self, request: Request) -> Response:
        found = static_files().get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("there is no such file\n", 404)
        # Asked for with every page, and sent where it is another than the reader has
        headers = {"cache-control": "no-cache", "etag": found.tag}
        if request.headers.get("if-none-match") == found.tag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, 200, headers, found.kind)

    def _links(self, request: Request) -> DagsterLinks:
        host = request.headers["host"]  # The guard has read it
        return links_from(host, request.url.scheme, self._web_port, self._web_url)

    def _seen(self, path: str) -> str:
        """Return the digest of what a page is made of; of what cannot be read, what is wrong."""
        try:
            return self.marks.digest(room_of(path).topics)
        except Exception as error:
            told = in_one_line(error)
            if told is None:
                raise
            return digest_of({}, [told])


def _made(view: View, asked: Asked, seen: str, *, alone: bool) -> tuple[str, int]:
    """Return a page as HTML, or in one line why there is none."""
    try:
        page = view(asked)
        return render(page, standalone=True) if alone else live_page(page, seen), OK
    except Exception as error:  # noqa: BLE001  # told on the page, and in the log
        told, status = in_one_line(error), status_of(error)
        if told is None:
            _log.exception("page %s cannot be made", asked.path)
            told, status = f"{type(error).__name__}; the board's log has the whole of it", FAULT
        return live_page(trouble_page(asked, told, status), seen), status
