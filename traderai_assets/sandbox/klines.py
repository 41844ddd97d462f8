"""Which candles an exchange shows at a moment: one page, cut off at the clock.

The candle that is still open is the last row. It is made from the finest bars the feed has, and
the one of those that is itself still open is walked along a fixed path: open, first extreme,
second extreme, close, a third of the bar for each leg. So close and volume move with the clock,
high and low only widen, and nothing later than the clock can be seen.
"""

import numpy as np

from traderai_assets.sandbox.feed import (
    AMOUNT_DECIMALS,
    Bars,
    Feed,
    aggregate,
    bar_ms,
    concatenate,
)

_LEGS = np.array([0.0, 1 / 3, 2 / 3, 1.0])


def page(
    feed: Feed,
    market_id: str,
    timeframe: str,
    *,
    now: int,
    limit: int,
    start: int | None = None,
    end: int | None = None,
) -> Bars:
    """Return at most `limit` candles as Binance pages them.

    Parameters
    ----------
    now : int
        The exchange's time in milliseconds.
    start, end : int, optional
        Inclusive bounds of the open time. With `start` the oldest rows from there on are
        returned, without it the newest up to `end`.
    """
    length = bar_ms(timeframe)
    last = now if end is None else min(end, now)
    last_closed = min(last, now - length)
    opened = now // length * length
    running = _open_candle(feed, market_id, timeframe, opened, now)
    running = running.between(start or 0, last)
    if start is None:
        closed = _newest(feed, market_id, timeframe, last_closed, limit - len(running))
        return concatenate([closed, running])
    closed = _oldest(feed, market_id, timeframe, (start, last_closed), limit)
    return concatenate([closed, running[: limit - len(closed)]])


def _oldest(feed: Feed, market_id: str, timeframe: str, span: tuple[int, int], limit: int) -> Bars:
    """The first `limit` bars of a span; the look ahead doubles, for absences may be long."""
    start, last = span
    begin, width = max(start, feed.first(market_id, timeframe)), limit * bar_ms(timeframe)
    pieces: list[Bars] = []
    while begin <= last and sum(map(len, pieces)) < limit:
        pieces.append(feed.bars(market_id, timeframe, begin, min(begin + width - 1, last)))
        begin, width = begin + width, 2 * width
    return concatenate(pieces)[:limit]


def _newest(feed: Feed, market_id: str, timeframe: str, last: int, limit: int) -> Bars:
    """The last `limit` bars that open at or before `last`."""
    first, width = feed.first(market_id, timeframe), limit * bar_ms(timeframe)
    pieces: list[Bars] = []
    while last >= first and sum(map(len, pieces)) < limit:
        pieces.insert(0, feed.bars(market_id, timeframe, max(last - width + 1, first), last))
        last, width = last - width, 2 * width
    found = concatenate(pieces)
    return found[len(found) - min(limit, len(found)) :]


def _open_candle(feed: Feed, market_id: str, timeframe: str, opened: int, now: int) -> Bars:
    """The candle that opened at `opened` as far as it got by `now`; none in an absence."""
    source = feed.source(market_id, timeframe) or timeframe
    seen = feed.bars(market_id, source, opened, now)
    if not len(seen):
        return seen
    elapsed = (now - int(seen.open_time[-1])) / bar_ms(source)
    if elapsed < 1:
        decimals = feed.listings[market_id].price_decimals
        seen = concatenate([seen[:-1], _walked(seen[-1:], elapsed, decimals)])
    return aggregate(seen, bar_ms(timeframe)) if source != timeframe else seen


def _walked(bar: Bars, elapsed: float, decimals: int) -> Bars:
    """One bar after a fraction `elapsed` of its length."""
    low_first = bar.close[0] >= bar.open[0]
    turns = (bar.low[0], bar.high[0]) if low_first else (bar.high[0], bar.low[0])
    path = np.array([bar.open[0], *turns, bar.close[0]])
    price = np.round(np.interp(elapsed, _LEGS, path), decimals)
    passed = np.append(path[elapsed >= _LEGS], price)
    return Bars(
        bar.open_time,
        bar.open,
        np.array([passed.max()]),
        np.array([passed.min()]),
        np.array([price]),
        np.round(bar.volume * elapsed, AMOUNT_DECIMALS),
    )
