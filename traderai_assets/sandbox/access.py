"""Access to the sandbox: programs of this machine and nobody's web page, as for our web server.

Whoever reaches `/sandbox` commands the clock, so a page in the browser must not: neither one of
another origin nor one whose name was pointed at this machine.
"""

from functools import lru_cache

from aiohttp import web
from aiohttp.typedefs import Handler

from traderai_assets.domain.web.access import (
    READING,
    AccessPolicy,
    RequestHead,
    refusal,
    served_hosts,
)

METHODS = READING | {"POST", "DELETE"}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a refused request with the reason, as JSON, and hand on every other."""
    if request.transport is None:
        raise ConnectionResetError("the client is gone before it was answered")
    host, port, *_ = request.transport.get_extra_info("sockname")
    refused = refusal(head_of(request), _policy(host, port))
    if refused is None:
        return await handler(request)
    return web.json_response({"error": refused.reason}, status=refused.status)


def head_of(request: web.Request) -> RequestHead:
    """Return what a request of aiohttp says before its body."""
    target, _, query = request.raw_path.partition("?")
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in request.raw_headers
    )
    return RequestHead(request.method, target, query, headers)


@lru_cache(maxsize=16)
def _policy(host: str, port: int) -> AccessPolicy:
    """Let in who names the address we listen on, or loopback by another of its names."""
    own = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return AccessPolicy(
        hosts=served_hosts(port, [own]),
        methods=METHODS,
        way_out="The sandbox is for programs of this machine: ask for 127.0.0.1 or localhost.",
    )
