"""Markets that their venues refuse, as one run comes upon them: noted, and ended where it is sure.

One wrong market of a run costs the others nothing; the run fails where no market is left.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Protocol

import dagster as dg

from resources.exchange.paging import MAX_CLOCK_AGE
from resources.exchange.resource import ExchangeResource
from traderai_assets.domain.candles.frames import last_close
from traderai_assets.domain.errors import (
    InvalidMarket,
    MarketNotListed,
    MarketRefused,
    RequestRefused,
    TraderAIError,
)
from traderai_assets.domain.freshness.refusals import OF_THE_MARKET, is_believed
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.ingest.candle_month import MonthIngest
from traderai_assets.instance.market_notes import note_answered, note_refused, refusal_of
from traderai_assets.runs.publication import Partition, Publication

Refused = InvalidMarket | RequestRefused
# A market that is listed as inactive and still trades is not over
SILENT_BARS = 3


class RefusalContext(Protocol):
    """What is asked of a run."""

    @property
    def instance(self) -> dg.DagsterInstance: ...  # noqa: D102

    @property
    def log(self) -> dg.DagsterLogManager: ...  # noqa: D102


class RefusedMarkets:
    """What the venues refuse in one run.

    Parameters
    ----------
    context
        Of the run: its instance and its log.
    publication : Publication
    exchange : ExchangeResource
    noted : collection of str, optional
        Keys of the markets of which a refusal is noted, where that was read; else each is asked.

    Attributes
    ----------
    errors : dict
        What was said of each market that gives nothing, by its key.
    """

    def __init__(
        self,
        context: RefusalContext,
        publication: Publication,
        exchange: ExchangeResource,
        *,
        noted: Collection[str] | None = None,
    ) -> None:
        self._context = context
        self._publication = publication
        self._exchange = exchange
        self._noted = noted
        self._over: set[str] = set()
        self.errors: dict[str, Refused] = {}

    def fetch(self, ingest: MonthIngest, *, refetch: bool, by_schedule: bool = False) -> bool:
        """Fetch what the month lacks or, by the schedule, is due; False where nothing is given."""
        market = ingest.part.market
        if market.key in self.errors:
            return False
        try:
            now = self._exchange.clock(market, max_age=MAX_CLOCK_AGE)
            if market.key not in self._over and self._ask(ingest, now, refetch, by_schedule):
                self._note_answer(ingest.part, now)
        except (InvalidMarket, RequestRefused) as error:
            now = self._now(market)
            if self._is_of_the_request(error, ingest.part, now):
                raise
            self._refused(market, error, now)
        last = self._last_close(market)
        if market.key in self._over and last is not None:
            ingest.end(last, now)
        return market.key not in self.errors

    def raise_if_nothing_is_left(self, markets: set[str]) -> None:
        """Raise the last refusal where each of the run's markets met one."""
        if self.errors and markets <= self.errors.keys():
            raise list(self.errors.values())[-1]

    def _ask(self, ingest: MonthIngest, now: datetime, refetch: bool, by_schedule: bool) -> bool:
        """Fetch the month, and say once what its venue serves no more; whether it was asked."""
        before = ingest.gaps
        asked = ingest.fetch(self._exchange, now, refetch=refetch, by_schedule=by_schedule)
        lost = ingest.newly_out_of_reach(before)
        if lost:
            self._context.log.warning(
                f"{ingest.part.dagster_key}: {lost} bars are older than what "
                f"{ingest.part.market.exchange} serves; they stay absent, and all else goes on"
            )
        return asked

    def _note_answer(self, part: Partition, now: datetime) -> None:
        """Forget what was refused; but a market listed as inactive that is silent may be over."""
        market = part.market
        if self._exchange.is_active(market):
            if self._noted is None or market.key in self._noted:
                note_answered(self._context.instance, market.key, OF_THE_MARKET)
        elif part.month == Month.of(now):  # No later one can tell that it trades
            last = self._last_close(market)
            if last is not None and last_close(now, market.bar) - last <= SILENT_BARS * market.bar:
                note_answered(self._context.instance, market.key, OF_THE_MARKET)
                return
            since = f"from {last:%Y-%m-%d %H:%M} UTC on" if last else "at all"
            error = MarketNotListed(
                f"{market.exchange} lists {market.symbol} as inactive, and serves no candle {since}"
            )
            self._refused(market, error, now)
            self.errors.pop(market.key, None)  # What it has, it gives

    def _refused(self, market: Market, error: Refused, now: datetime) -> None:
        """Note what was said of a market, once a run."""
        before = refusal_of(self._context.instance, market.key)
        expired = market.has_expired(now)
        gone = isinstance(error, MarketNotListed) or expired
        ended = gone and self._last_close(market) is not None and is_believed(before, market, now)
        told = note_refused(
            self._context.instance,
            market.key,
            str(error),
            ended=ended,
            final=expired,
        )
        self._context.log.warning(f"{market.key} {told.sentence}")
        if ended:
            self._over.add(market.key)
        else:
            self.errors[market.key] = error

    def _is_of_the_request(self, error: Exception, part: Partition, now: datetime) -> bool:
        """Whether only what was asked is refused: an old span of a market that gave others."""
        if isinstance(error, InvalidMarket | MarketRefused) or part.month == Month.of(now):
            return False
        return self._last_close(part.market) is not None

    def _now(self, market: Market) -> datetime:
        try:
            return self._exchange.clock(market)
        except TraderAIError:  # It tells no time either
            return datetime.now(UTC)

    def _last_close(self, market: Market) -> datetime | None:
        last = self._publication.target.last(market)
        return None if last is None else last + market.bar
