"""Answers made wrong on the wire: one function for each kind of wire fault.

Each gets the request, the rule and the right body, and answers in its own way. None touches what
is in the rows; that is `broken_rows.py`.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from traderai_assets.sandbox.fault_rules import FaultRule

JSON_TYPE = "application/json"
PAGE = "<!DOCTYPE html><html><body><h1>Attention required</h1></body></html>"
_MESSAGES = {
    418: (-1003, "Way too much request weight used; IP banned."),
    429: (-1003, "Too much request weight used; please slow down."),
    503: (-1000, "An unknown error occurred while processing the request."),
}
_BLOCK = 65_536


async def broken_answer(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    """Answer as the rule says."""
    return await _KINDS[rule.kind](request, rule, body)


def too_many_requests(seconds: int) -> web.Response:
    """The answer to a client that used up its allowance."""
    return _status(429, seconds)


async def _with_status(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    del request, body
    return _status(rule.status, rule.retry_after)


def _status(status: int, retry_after: int | None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status not in _MESSAGES:
        # What stands in front of the exchange answers these, not the exchange.
        return web.Response(status=status, headers=headers, text=PAGE, content_type="text/html")
    code, message = _MESSAGES[status]
    text = json.dumps({"code": code, "msg": message})
    return web.Response(status=status, headers=headers, text=text, content_type=JSON_TYPE)


async def _reset_before(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    del rule, body
    _reset(request)
    return web.Response()


async def _reset_mid(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    del rule
    response = await _begun(request, len(body))
    await response.write(body[: len(body) // 2])
    # Let the first half leave: a reset drops what still waits to be sent.
    await asyncio.sleep(0.05)
    _reset(request)
    return response


async def _truncated(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    del rule
    response = await _begun(request, 2 * len(body))
    await response.write(body)
    if request.transport is not None:
        request.transport.close()
    return response


async def _page(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    del request, rule, body
    return web.Response(text=PAGE, content_type="text/html")


async def _empty(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    del request, rule, body
    return web.Response(body=b"", content_type=JSON_TYPE)


async def _empty_object(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    del request, rule, body
    return web.Response(body=b"{}", content_type=JSON_TYPE)


async def _dripped(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    response = await _begun(request, len(body))
    for begin in range(0, len(body), rule.piece):
        await asyncio.sleep(rule.seconds)
        await response.write(body[begin : begin + rule.piece])
    return response


async def _stalled(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    del request
    await asyncio.sleep(rule.seconds)
    return web.Response(body=body, content_type=JSON_TYPE)


async def _oversized(request: web.Request, rule: FaultRule, body: bytes) -> web.StreamResponse:
    """A list that holds the right answer again and again; valid JSON to its end."""
    item = body + b","
    block = item * max(_BLOCK // len(item), 1)
    response = web.StreamResponse(headers={"Content-Type": JSON_TYPE})
    await response.prepare(request)
    await response.write(b"[")
    sent = 1
    while sent < rule.size:
        await response.write(block)
        sent += len(block)
    await response.write(b"null]")
    return response


async def _begun(request: web.Request, promised: int) -> web.StreamResponse:
    """An answer whose headers are sent and promise so many bytes."""
    response = web.StreamResponse(
        headers={"Content-Type": JSON_TYPE, "Content-Length": str(promised)}
    )
    await response.prepare(request)
    return response


def _reset(request: web.Request) -> None:
    """Close so that the client sees a reset (RST), not an orderly end."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


_KINDS: dict[str, Callable[[web.Request, FaultRule, bytes], Awaitable[web.StreamResponse]]] = {
    "status": _with_status,
    "reset_before": _reset_before,
    "reset_mid": _reset_mid,
    "truncate": _truncated,
    "html": _page,
    "empty": _empty,
    "empty_object": _empty_object,
    "drip": _dripped,
    "stall": _stalled,
    "oversize": _oversized,
}
