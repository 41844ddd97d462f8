"""The guard: an ASGI application before another that refuses what its policy refuses.

Thin on purpose: what is refused, and why, is decided in `domain/web`.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from traderai_assets.domain.web.access import AccessPolicy, Refusal, RequestHead, refusal

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BYTES_READ_ONLY = 10_000_000
# No other site shows our pages in a frame, takes our answers for its own, or learns our paths. A
# second Content-Security-Policy adds to that of the page.
HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_REPLACED = frozenset(name for name, _ in HEADERS) - {b"content-security-policy"}
_GOING_AWAY = 1008  # of a websocket: what was asked breaks the policy


class Guard:
    """Lets a request through to `app`, or answers it with the reason why not.

    Parameters
    ----------
    app
        The application that is guarded.
    policy
        What is let through.
    read_only : bool
        Refuse GraphQL that would change something, too.
    """

    def __init__(self, app: App, policy: AccessPolicy, *, read_only: bool = False) -> None:
        self._app, self._policy, self._read_only = app, policy, read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] not in {"http", "websocket"}:
            raise ValueError(f"the guard does not know connections of type {scope['type']!r}")
        send = _with_headers(send)
        refused = refusal(head_of(scope), self._policy)
        if refused is None and self._read_only and scope["type"] == "http":
            refused, receive = await _read(scope, receive)
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await _answer(refused, scope, send)


def head_of(scope: Scope) -> RequestHead:
    """Return what the scope of a connection says of its request."""
    return RequestHead(
        method=scope.get("method", "GET"),
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in scope["headers"]
        ),
        websocket=scope["type"] == "websocket",
    )


async def _read(scope: Scope, receive: Receive) -> tuple[Refusal | None, Receive]:
    """Read the body and judge it; return how the application receives it once more."""
    # Brings a parser of GraphQL along, which who serves no GraphQL does without
    from traderai_assets.web.dagster_rules import READ_ONLY, changes_something

    if scope["method"] != "POST":
        return None, receive
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return Refusal(400, "the request ended within its body"), receive
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > MAX_BYTES_READ_ONLY:
            return Refusal(413, f"a request has at most {MAX_BYTES_READ_ONLY} bytes"), receive
    if changes_something(body):
        return Refusal(403, READ_ONLY), receive
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return unread.pop() if unread else await receive()

    return None, again


async def _answer(refused: Refusal, scope: Scope, send: Send) -> None:
    """Say why not, as plain text that no browser takes for anything else."""
    kind, body = "http", f"{refused.reason}\n".encode("ascii", "backslashreplace")
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": _GOING_AWAY, "reason": ""})
            return
        kind = "websocket.http"
    headers = [
        (b"content-type", b"text/plain; charset=us-ascii"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),  # What it wanted to send is not read
    ]
    start = {"type": f"{kind}.response.start", "status": refused.status, "headers": headers}
    await send(start)
    await send({"type": f"{kind}.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in _REPLACED]
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return sending
