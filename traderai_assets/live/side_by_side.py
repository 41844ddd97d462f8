"""Fetching the months of many markets side by side, within each venue's limit, by one clock."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

from resources.exchange.resource import ExchangeResource
from traderai_assets.ingest.candle_month import MonthIngest

# Answers take longer than it takes to read them; the venue's limit is shared by all
FETCHERS = 8


def fetch_side_by_side(
    exchange: ExchangeResource,
    markets: Sequence[list[MonthIngest]],
    fetch: Callable[[ExchangeResource, list[MonthIngest]], None],
) -> None:
    """Call `fetch` for the months of each market, at most `FETCHERS` at once.

    Parameters
    ----------
    exchange : ExchangeResource
        Whose lists of markets have been had.
    markets : sequence of list of MonthIngest
        The months of one market each; one thread has them all.
    fetch : callable
        Raises nothing: the others must go on.
    """
    with _exchanges(exchange, min(FETCHERS, len(markets))) as free:

        def one(months: list[MonthIngest]) -> None:
            own = free.get()
            try:
                fetch(own, months)
            finally:
                free.put(own)

        with ThreadPoolExecutor(max_workers=FETCHERS) as threads:
            list(threads.map(one, markets))


@contextmanager
def _exchanges(exchange: ExchangeResource, count: int) -> Iterator["SimpleQueue[ExchangeResource]"]:
    """Yield exchanges for threads, each with connections of its own."""
    opened = [exchange.beside() for _ in range(count)]
    free: SimpleQueue[ExchangeResource] = SimpleQueue()
    for one in opened:
        free.put(one)
    try:
        yield free
    finally:
        for one in opened:
            one.close()
