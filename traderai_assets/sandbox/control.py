"""The sandbox's own endpoints under `/sandbox`: clock, faults, request log and allowance."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.fault_rules import Rules
from traderai_assets.sandbox.faults import Faults
from traderai_assets.sandbox.request_log import Allowance, RequestLog

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ClockOrder(BaseModel):
    """What to do to the clock, in this order."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    now: AwareDatetime | None = None
    advance_seconds: float = Field(default=0.0, ge=-(10**10), le=10**10)
    speed: float | None = None


class AllowanceOrder(BaseModel):
    """How much request weight a minute; null is without limit."""

    model_config = ConfigDict(extra="forbid")

    weight_per_minute: int | None = Field(ge=1)


class Control:
    """Handlers that change how the exchange behaves."""

    def __init__(
        self, clock: Clock, faults: Faults, requests: RequestLog, allowance: Allowance
    ) -> None:
        self._clock, self._faults = clock, faults
        self._requests, self._allowance = requests, allowance

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this file."""
        return [
            web.get("/sandbox/clock", self._read_clock),
            web.post("/sandbox/clock", _explained(self._set_clock)),
            web.get("/sandbox/faults", self._read_faults),
            web.post("/sandbox/faults", _explained(self._add_faults)),
            web.delete("/sandbox/faults", self._clear_faults),
            web.get("/sandbox/requests", self._read_requests),
            web.delete("/sandbox/requests", self._clear_requests),
            web.post("/sandbox/allowance", _explained(self._set_allowance)),
        ]

    async def _read_clock(self, request: web.Request) -> web.Response:
        del request
        now = self._clock.now()
        return web.json_response({"now": now.isoformat(), "speed": self._clock.speed})

    async def _set_clock(self, request: web.Request) -> web.Response:
        order = ClockOrder.model_validate_json(await request.read())
        if order.now is not None:
            self._clock.set(order.now)
        if order.advance_seconds:
            self._clock.advance(order.advance_seconds)
        if order.speed is not None:
            self._clock.set_speed(order.speed)
        return await self._read_clock(request)

    async def _read_faults(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(self._faults.report())

    async def _add_faults(self, request: web.Request) -> web.Response:
        self._faults.add(*Rules.validate_json(await request.read()))
        return await self._read_faults(request)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return await self._read_faults(request)

    async def _read_requests(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(self._requests.report())

    async def _clear_requests(self, request: web.Request) -> web.Response:
        self._requests.clear()
        return await self._read_requests(request)

    async def _set_allowance(self, request: web.Request) -> web.Response:
        order = AllowanceOrder.model_validate_json(await request.read())
        self._allowance.limit = order.weight_per_minute
        return web.json_response({"weight_per_minute": self._allowance.limit})


def _explained(handler: _Handler) -> _Handler:
    """Answer 400 with the reason where what was sent cannot be used."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (ValidationError, InvalidInput) as error:
            return web.json_response({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)

    return answer
