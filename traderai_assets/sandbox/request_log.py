"""What clients asked for, and how much they may ask for: the request log and the allowance.

Only real requests to the exchange's own endpoints are counted, not those to `/sandbox`.
"""

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from math import ceil

from traderai_assets.sandbox.clock import monotonic

# Binance's own weights; a path that is not listed weighs 1.
WEIGHTS = {"/api/v3/exchangeInfo": 20, "/api/v3/klines": 2}
KEPT_QUERIES = 10_000


@dataclass(frozen=True)
class KlineQuery:
    """One request for candles as it was asked and answered."""

    symbol: str
    interval: str
    start: int | None
    end: int | None
    limit: int
    rows: int


class RequestLog:
    """How often each endpoint was asked, and the latest requests for candles; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._queries: deque[KlineQuery] = deque(maxlen=KEPT_QUERIES)

    @property
    def counts(self) -> dict[str, int]:
        """Requests by path, refused ones included."""
        with self._lock:
            return dict(self._counts)

    @property
    def klines(self) -> list[KlineQuery]:
        """The latest requests for candles that could be answered, oldest first."""
        with self._lock:
            return list(self._queries)

    def count(self, path: str) -> None:
        """Note one request."""
        with self._lock:
            self._counts[path] += 1

    def note(self, query: KlineQuery) -> None:
        """Note what a request for candles asked for and how many rows answer it."""
        with self._lock:
            self._queries.append(query)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._counts.clear()
            self._queries.clear()

    def report(self) -> dict[str, object]:
        """Everything as JSON values."""
        return {"counts": self.counts, "klines": [asdict(query) for query in self.klines]}


class Allowance:
    """Request weight that all clients together may use up in a window of real time.

    Parameters
    ----------
    limit : int, optional
        Weight allowed in a window; None allows everything. May be changed while it runs.
    window_seconds : float, default=60.0
        Length of the window, a minute at Binance.
    """

    def __init__(self, limit: int | None = None, window_seconds: float = 60.0) -> None:
        self.limit = limit
        self._window = window_seconds
        self._began = monotonic()
        self._used = 0

    @property
    def used(self) -> int:
        """Weight used in the present window."""
        return self._used

    def ask(self, path: str) -> int | None:
        """Take a request's weight; if it is too much, the seconds to wait instead."""
        passed = monotonic() - self._began
        if passed >= self._window:
            self._began, self._used, passed = monotonic(), 0, 0.0
        self._used += WEIGHTS.get(path, 1)
        if self.limit is None or self._used <= self.limit:
            return None
        return max(ceil(self._window - passed), 1)
