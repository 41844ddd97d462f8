"""What went wrong with single markets in a run for many: kept apart, told, noted."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import dagster as dg

from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.instance.market_notes import note_answered, note_refused, refusals_of
from traderai_assets.work_classes import LIVE_JOB

_SHOWN = 500


class Troubles:
    """The markets of a run that something is wrong with; nothing more is done for these in it.

    What is one of our errors is that market's own matter. What is none was not foreseen: it costs
    the others nothing either, and then fails the run, so that nobody can overlook it.
    """

    def __init__(self, context: dg.OpExecutionContext) -> None:
        self._context = context
        self._noted: set[str] = set()
        self.of: dict[str, Exception] = {}

    def look_up(self, markets: Iterable[str]) -> None:
        """Read which of these markets something is noted of already."""
        self._noted = set(refusals_of(self._context.instance, markets, (LIVE_JOB,)))

    @contextmanager
    def kept_apart(self, market: str) -> Iterator[None]:
        """Take what is raised within for a trouble of the market."""
        try:
            yield
        except TraderAIError as error:
            self.add(market, error)
        except Exception as error:  # Told here, and raised once all is done
            self._context.log.exception(f"{market} failed of what was not foreseen")
            self.add(market, error)

    def add(self, market: str, error: Exception) -> None:
        """Keep the first trouble of a market, and say it in the run's log."""
        if market in self.of:
            return
        self.of[market] = error
        told = plain_line(f"{type(error).__name__}: {error}", most=_SHOWN)
        self._context.log.warning(f"{market}: {told}")

    def add_partitions(self, failed: Mapping[tuple[str, str], TraderAIError]) -> None:
        """Keep what could not be stored, by market and month."""
        for (market, _), error in failed.items():
            self.add(market, error)

    def note(self, markets: Iterable[str]) -> None:
        """Note what lasts, so that the market rests; forget what was noted of those that are well.

        What may pass is noted nowhere: the next tick asks again.
        """
        for market in markets:
            error = self.of.get(market)
            if isinstance(error, TraderAIError) and not error.may_pass:
                told = plain_line(f"{type(error).__name__}: {error}", most=_SHOWN)
                note_refused(self._context.instance, market, told, scope=LIVE_JOB)
            elif error is None and market in self._noted:
                note_answered(self._context.instance, market, LIVE_JOB)

    def raise_what_fails_the_run(self, markets: Iterable[str]) -> None:
        """Raise what was not foreseen; or the last trouble where no market was left without one."""
        unforeseen = [error for error in self.of.values() if not isinstance(error, TraderAIError)]
        if unforeseen:
            raise unforeseen[0]
        if self.of and set(markets) <= self.of.keys():
            raise list(self.of.values())[-1]
