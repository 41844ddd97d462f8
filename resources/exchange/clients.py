"""Clients: ccxt's own class of an exchange, and the few methods in which ours differs.

Read what ccxt does with a bad answer before changing anything here: HTTP 200 with an HTML page, an
empty body or `{}` comes out of it as "no candles" without an exception. Imported late.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import ccxt

from resources.exchange.rate_limit import SharedRateLimit
from resources.exchange.retry import RetryPolicy
from resources.exchange.transport import bounded_session
from traderai_assets.domain.errors import BadExchangeAnswer
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.venue_numbers import cost_seconds, pause_seconds

_ERROR_STATUS = 400
# Not found, not allowed, gone, not for us, not made: said to the last try, they last
_LASTING_STATUS = frozenset({404, 405, 410, 451, 501})
_MAX_ROWS = 100_000
_SHOWN = 60
# A failure while one row is read; the row itself goes to the judge, who says what is wrong with it.
_UNREADABLE = (ccxt.BaseError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


class NotServed(ccxt.ExchangeNotAvailable):  # type: ignore[misc]
    """What was asked is not there, or not for us: passing only if the next try is answered."""

    lasts = True


class GuardedClient:
    """What is different from ccxt's class; everything else is the unmodified class."""

    # Not `rate_limit`: ccxt makes a camelCase twin of such a name, and would lose its own
    shared_limit: SharedRateLimit
    retry: RetryPolicy
    market_kind: str
    rateLimit: float  # noqa: N815 - ccxt's name
    unparsed: Sequence[object] = ()  # The rows of the last answer as the exchange wrote them
    _answer: object = None

    def throttle(self, cost: float | None = None) -> None:
        """Book the request's cost, as ccxt counts it, in the limit that all processes share."""
        left = self.retry.left()
        if left <= 0:
            raise ccxt.RequestTimeout("no time is left for another request")
        seconds = cost_seconds(1 if cost is None else cost, self.rateLimit / 1000)
        self.shared_limit.take(seconds, at_most=left)

    def on_rest_response(
        self, code: int, _reason: str, _url: str, _method: str, headers: Any, body: str, *_: Any
    ) -> str:
        """Hear Retry-After, and refuse a success that is not JSON."""
        text = body.strip()
        if code >= _ERROR_STATUS:
            pause = pause_seconds(
                headers.get("Retry-After"), headers.get("Date"), datetime.now(UTC)
            )
            if pause > 0:
                self.shared_limit.pause(pause)
        elif not text.startswith(("{", "[")):
            raise BadExchangeAnswer(f"HTTP {code} without JSON: '{_shown(text)}'")
        return text

    def handle_http_status_code(
        self, code: int, reason: str, url: str, method: str, body: str
    ) -> None:
        """Tell a refusal from an exchange that is down, where its class has not done so already."""
        if code in _LASTING_STATUS:
            raise NotServed(f"{method} {url} {code} {reason} {body[:_SHOWN]}")
        super().handle_http_status_code(code, reason, url, method, body)  # type: ignore[misc]

    def parse_json(self, text: str) -> object:
        """Read JSON; what claims to be and is not, and `{}`, are no answers.

        Python's own reader, as it takes a bare NaN: that costs one row and not the page.
        """
        if not text.startswith(("{", "[")):
            return None  # An error page
        try:
            self._answer = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadExchangeAnswer(f"broken JSON: '{_shown(text)}'") from error
        if self._answer == {}:
            raise BadExchangeAnswer("an empty object for an answer")
        return self._answer

    def parse_ohlcvs(self, rows: object, market: Any = None, *_: Any, **__: Any) -> list[object]:
        """Read each row by itself, and keep them all.

        ccxt's own drops rows without a time and rows before `since`, which are the proof that an
        exchange ignores `since`, and takes an answer without any list of rows for an empty one.
        """
        if not isinstance(rows, list) or (not rows and not _holds_empty_list(self._answer)):
            raise BadExchangeAnswer(f"no list of candles in {_shown(json.dumps(self._answer))}")
        if len(rows) > _MAX_ROWS:
            raise BadExchangeAnswer(f"{len(rows)} candles in one answer")
        self.unparsed = rows
        parsed = [self._parsed(row, market) for row in rows]
        if parsed and not any(isinstance(row, list) and row[:1] != [None] for row in parsed):
            raise BadExchangeAnswer(f"no candle with a time in {_shown(json.dumps(rows))}")
        return parsed

    def _parsed(self, row: object, market: Any) -> object:
        if not isinstance(row, list | dict):
            return row  # ccxt would index into a string
        try:
            return self.parse_ohlcv(row, market)  # type: ignore[attr-defined]
        except _UNREADABLE:
            return None


def open_client(
    exchange_id: str,
    *,
    market_kind: str,
    url: str | None,
    proxy: str | None = None,
    shared_limit: SharedRateLimit,
    retry: RetryPolicy,
    request_seconds: float,
    max_bytes: int,
) -> Any:
    """Open a client for one exchange and one kind of market; nothing is asked yet.

    Parameters
    ----------
    exchange_id : str
        One of `ccxt.exchanges`.
    market_kind : {'spot', 'linear', 'inverse', 'option'}
        Only markets of this kind are listed: one request instead of four.
    url : str, optional
        Scheme, host and port (and maybe a path before all others) to ask instead of the exchange's.
    proxy : str, optional
        http://, https:// or socks5h:// and so on: what all requests go through.
    """
    client: Any = type(exchange_id, (GuardedClient, getattr(ccxt, exchange_id)), {})(
        {
            "session": bounded_session(
                seconds=lambda: min(request_seconds, retry.left()),
                max_bytes=max_bytes,
                proxy=proxy,
            ),
            "timeout": int(request_seconds * 1000),
            # Deposit networks and the like: up to three requests that candles do not need.
            "has": {"fetchCurrencies": False},
        }
    )
    client.shared_limit, client.retry, client.market_kind = shared_limit, retry, market_kind
    kinds = _kinds_to_list(client, market_kind)
    if kinds:
        # "All" means every page of them, and not what is missing in other lists
        every_page = {"loadAllOptions": True} if market_kind == "option" else {}
        listing = {**client.options["fetchMarkets"], "types": kinds, **every_page}
        client.options["fetchMarkets"] = listing
    if market_kind in {"linear", "inverse"}:  # Whom ccxt asks where no market is named: the time
        client.options |= {"defaultType": "swap", "defaultSubType": market_kind}
    if url is not None:
        client.urls["api"] = _moved(client.urls["api"], url.rstrip("/"))
    return client


def _kinds_to_list(client: Any, market_kind: str) -> list[str]:
    """Those of the class's own market types that can hold a kind of market; empty: all of them."""
    option = client.options.get("fetchMarkets")
    own = option.get("types") if isinstance(option, dict) else None
    if not isinstance(own, list):
        return []
    if market_kind == "option":  # Where ccxt has them it lists them only when told to
        return ["option"] if client.has.get("option") else []
    wanted = ("spot",) if market_kind == "spot" else (market_kind, "swap", "future", "contract")
    return [name for name in own if name in wanted]


def _moved(urls: Any, base: str) -> Any:
    if isinstance(urls, dict):
        return {name: _moved(url, base) for name, url in urls.items()}
    return re.sub(r"^https?://[^/]+", lambda _: base, urls) if isinstance(urls, str) else urls


def _shown(text: str) -> str:
    """The beginning of an answer, as it can stand in an error."""
    return plain_line(text, most=_SHOWN)


def _holds_empty_list(answer: object) -> bool:
    if isinstance(answer, dict):
        return any(
            _holds_empty_list(part) for name, part in answer.items() if "error" not in str(name)
        )
    return answer == []
