"""Retries: how often a question to an exchange is repeated, and when it is given up.

ccxt's errors end here; what leaves is an error of ours.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar, cast

from resources.exchange.error_text import plain_errors
from traderai_assets.domain.errors import (
    BadExchangeAnswer,
    ExchangeUnavailable,
    MarketRefused,
    RequestRefused,
    TraderAIError,
)
from traderai_assets.domain.plain_text import plain_line

Answer = TypeVar("Answer")

MAX_WAIT_SECONDS = 15.0
_MAX_TEXT = 300
# What ccxt's parsers raise over an answer of an unforeseen form.
_UNFORESEEN = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)


@dataclass
class RetryPolicy:
    """The attempts and the time that one page, one list of markets or one clock is worth."""

    attempts: int
    seconds: float
    first_wait_seconds: float
    give_up_at: float = 0.0  # On the monotonic clock
    hint: str = ""  # On the way to the venue, for who reads that it cannot be reached

    def begin(self) -> None:
        """Start the time that all questions until the next `begin` share."""
        self.give_up_at = time.monotonic() + self.seconds

    def left(self) -> float:
        """Seconds that remain; negative where none do."""
        return self.give_up_at - time.monotonic()

    def ask(self, what: str, question: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer, waiting longer each time.

        Parameters
        ----------
        what : str
            Market and span, or whatever the reader of an error must know.
        question : callable
            One attempt; raises ccxt's errors, or BadExchangeAnswer.

        Raises
        ------
        ExchangeUnavailable
            If attempts or time are used up.
        RequestRefused
            If the exchange says that the request itself is wrong.
        MarketRefused
            If it says so of the market, or of us.
        """
        attempt, began = 1, time.monotonic()
        while (answer := _attempt(what, question)).failure is not None:
            wait = self._wait(attempt)
            if attempt == self.attempts or wait >= self.left():
                if getattr(answer.failure, "lasts", False):
                    raise _refusal(what, answer.failure) from answer.failure
                raise ExchangeUnavailable(
                    f"{what}: no usable answer after {attempt} of {self.attempts} attempts in "
                    f"{time.monotonic() - began:.1f} s of {self.seconds:.0f} s; the last: "
                    f"{_described(answer.failure)}; nothing stored is lost, run it again later"
                    f"{self.hint and f'; {self.hint}'}"
                ) from answer.failure
            time.sleep(wait)
            attempt += 1
        return cast("Answer", answer.value)

    def _wait(self, attempt: int) -> float:
        """Half to all of a wait that doubles; random, so that processes do not return together."""
        longest = min(MAX_WAIT_SECONDS, self.first_wait_seconds * 2 ** (attempt - 1))
        return float(longest * random.SystemRandom().uniform(0.5, 1))


class _Outcome(NamedTuple):
    value: object = None
    failure: Exception | None = None


def _attempt(what: str, question: Callable[[], object]) -> _Outcome:
    """The answer, or the failure that may pass; what will not pass is raised."""
    import ccxt

    try:
        with plain_errors():
            return _Outcome(question())
    except (ccxt.OperationFailed, BadExchangeAnswer) as failure:
        return _Outcome(failure=failure)
    except TraderAIError:
        raise
    except ccxt.BaseError as error:
        # ccxt's plain ExchangeError is a code it does not know, or a torn body.
        if type(error) is ccxt.ExchangeError:
            return _Outcome(failure=error)
        raise _refusal(what, error) from error
    except _UNFORESEEN as error:
        unread = BadExchangeAnswer(f"ccxt cannot read the answer: {_described(error)}")
        unread.__cause__ = error
        return _Outcome(failure=unread)


def _refusal(what: str, error: Exception) -> RequestRefused:
    """What is wrong with one request costs the market only what was asked for."""
    import ccxt

    asked_wrongly = isinstance(error, ccxt.BadRequest | ccxt.ArgumentsRequired)
    if asked_wrongly and not isinstance(error, ccxt.BadSymbol):
        kind, way_out = RequestRefused, "check the market and the span asked for"
    else:
        kind = MarketRefused
        way_out = "check the market, and whether the exchange serves it to this address"
    return kind(
        f"{what}: the exchange refuses this request, so it is not repeated: "
        f"{_described(error)}; {way_out}"
    )


def _described(error: BaseException) -> str:
    """Kind and text of an error and of what lies behind it, on one line."""
    text = f"{type(error).__name__}: {error}"
    if error.__cause__ is not None:
        text += f" ({type(error.__cause__).__name__}: {error.__cause__})"
    return plain_line(text, most=_MAX_TEXT)
