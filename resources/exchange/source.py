"""One question to an exchange: the candles of a span, judged, and history that is truly there."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from resources.exchange.quirks import quirks_of
from resources.exchange.retry import RetryPolicy
from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.candles.ask_ledger import CLOCK_DOUBT
from traderai_assets.domain.candles.frames import first_bar_from
from traderai_assets.domain.candles.judging import FUTURE, Judgement, judge_rows
from traderai_assets.domain.markets import Market

MAX_PAGE_ROWS = 1000
DEFAULT_PAGE_ROWS = 200
# A page of the newest rows counts as full from here on: a row may lack, and no number is a law.
NEARLY_FULL = 0.95

# The exchange's time, read at most so many seconds ago.
Clock = Callable[[float], datetime]


class CandleSource:
    """One market's candles as an open client, which has listed its markets, serves them.

    `history_is_whole` once it is certain that the exchange serves older candles where it has any;
    `served_from` once it is certain that it serves none that open before this.
    """

    def __init__(self, client: Any, market: Market, clock: Clock) -> None:
        self._client = client
        self._market = market
        self._clock = clock
        self._page_rows = _page_rows(client, market)
        self._newest_bars = quirks_of(market.exchange).newest_bars or self._page_rows
        self.retry: RetryPolicy = client.retry
        self.history_is_whole = False
        self.served_from: datetime | None = None

    @property
    def page_bars(self) -> int:
        """How many bars fit one question, beside the one after them."""
        return self._page_rows - 1

    def ask(self, start: datetime, end: datetime, now: datetime) -> Judgement:
        """Ask for the bars of [start, end), at most `page_bars`, closed at `now`.

        Raises
        ------
        ExchangeUnavailable
            If there is no usable answer.
        """
        asked = _bars(start, end, self._market) + 1  # One more proves that the last is closed
        answer = self._answer(start, end, now, asked)
        first, oldest = first_bar_from(start, self._market.bar), answer.oldest
        begins_late = oldest is not None and oldest > first
        if begins_late and answer.bars_named > 1 and not self.history_is_whole:
            half = min(asked, answer.bars_named) // 2
            self._learn_reach(answer, self._answer(start, end, now, half), half, now)
        return answer

    def _learn_reach(self, late: Judgement, fewer: Judgement, asked: int, now: datetime) -> None:
        """Tell from an answer that begins later than asked whether older candles are not served.

        It may begin late because nothing traded before: a market listed later, an outage. Or
        because the exchange serves its newest rows whatever is asked: then it answers a question
        for half as many rows with rows just as new. One that does not heed the number of rows
        either has served all there is, unless its page is full and reaches the present.
        """
        if fewer.newest is None or late.newest is None:
            return  # No proof either way; the missing bars will be asked for once more
        heeds_number = fewer.bars_named <= asked
        is_full = fewer.bars_named >= NEARLY_FULL * self._newest_bars
        reaches_now = fewer.newest > now - CLOCK_DOUBT
        self.history_is_whole = fewer.newest < late.newest or not (
            heeds_number or (is_full and reaches_now)
        )
        if not self.history_is_whole:
            # The shorter of two pages of newest rows begins later
            self.served_from = late.oldest

    def _answer(self, start: datetime, end: datetime, now: datetime, limit: int) -> Judgement:
        market, since = self._market, milliseconds(first_bar_from(start, self._market.bar))
        rows = self.retry.ask(
            f"{market.exchange} {market.symbol} {market.timeframe} "
            f"from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC",
            lambda: self._client.fetch_ohlcv(
                market.symbol, market.timeframe, since=since, limit=limit
            ),
        )
        unparsed = self._client.unparsed
        judge = partial(
            judge_rows,
            rows,
            market_bar=market.bar,
            start=start,
            end=end,
            closed_before=now,
            # A few classes of ccxt leave rows out after reading them.
            raw=unparsed if len(unparsed) == len(rows) else None,
        )
        judgement = judge()
        if (judgement.quarantined["reason"] == FUTURE).any():  # Or a bar has opened meanwhile
            judgement = judge(latest=self._clock(0))
        return judgement


def _bars(start: datetime, end: datetime, market: Market) -> int:
    return (first_bar_from(end, market.bar) - first_bar_from(start, market.bar)) // market.bar


def _page_rows(client: Any, market: Market) -> int:
    """How many rows one request may ask for: what ccxt says of the exchange, within reason."""
    ccxts_own = client.feature_value(market.symbol, "fetchOHLCV", "limit") or DEFAULT_PAGE_ROWS
    return min(int(ccxts_own), quirks_of(market.exchange).page_rows or MAX_PAGE_ROWS)
