"""Which failures are waited out, for how long, and what is said in the end."""

import time

import ccxt
import pytest

from resources.exchange.clients import NotServed
from resources.exchange.retry import RetryPolicy
from traderai_assets.domain.errors import (
    BadExchangeAnswer,
    ExchangeUnavailable,
    InvalidMarket,
    MarketRefused,
    RequestRefused,
)


def policy(attempts=3, seconds=5.0, first_wait=0.001):
    made = RetryPolicy(attempts, seconds, first_wait)
    made.begin()
    return made


def failing(*failures):
    """Raise each failure once, then answer with the number of questions asked."""
    left = list(failures)

    def question():
        if left:
            raise left.pop(0)
        return len(failures) + 1

    return question


@pytest.mark.parametrize(
    "failure",
    [
        ccxt.OperationFailed("503 -1000"),
        ccxt.RequestTimeout("504"),
        ccxt.DDoSProtection("429"),
        ccxt.RateLimitExceeded("429"),
        ccxt.ExchangeNotAvailable("500"),
        ccxt.NetworkError("reset"),
        ccxt.BadResponse("?"),
        ccxt.ExchangeError("a code nobody knows"),
        BadExchangeAnswer("a page"),
        KeyError("symbol"),
        TypeError("NoneType"),
        RecursionError("deep"),
    ],
)
def test_what_may_pass_is_asked_again(failure):
    assert policy().ask("this", failing(failure, failure)) == 3


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (ccxt.BadRequest("Illegal characters"), RequestRefused),
        (ccxt.ArgumentsRequired("symbol"), RequestRefused),
        (ccxt.BadSymbol("no such symbol"), MarketRefused),
        (ccxt.AuthenticationError("key"), MarketRefused),
        (ccxt.PermissionDenied("ip"), MarketRefused),
        (ccxt.NotSupported("fetchOHLCV"), MarketRefused),
    ],
)
def test_what_will_not_pass_is_asked_once_and_said_of_the_market_or_of_the_request(failure, kind):
    with pytest.raises(kind, match="this: the exchange refuses this request") as raised:
        policy().ask("this", failing(failure))
    assert type(raised.value) is kind
    assert not raised.value.may_pass


def test_what_is_not_there_lasts_only_where_it_is_said_to_the_last_try():
    assert policy().ask("this", failing(NotServed("451"), NotServed("451"))) == 3
    with pytest.raises(MarketRefused, match="451"):
        policy().ask("this", failing(*[NotServed("451")] * 3))


def test_errors_of_ours_pass_through_untouched():
    with pytest.raises(InvalidMarket, match="no such thing"):
        policy().ask("this", failing(InvalidMarket("no such thing")))


def test_the_error_names_what_was_asked_how_often_and_why_it_failed():
    failures = [ccxt.NetworkError("first"), ccxt.NetworkError("sec\nond"), ccxt.NetworkError("x")]
    failures[2].__cause__ = OSError("cable cut")
    with pytest.raises(
        ExchangeUnavailable,
        match=r"this: no usable answer after 3 of 3 attempts in 0\.\d s of 5 s; the last: "
        r"NetworkError: x \(OSError: cable cut\); nothing stored is lost, run it again later",
    ) as raised:
        policy().ask("this", failing(*failures))
    assert raised.value.__cause__ is failures[2]


def test_a_long_error_page_is_cut():
    with pytest.raises(ExchangeUnavailable) as raised:
        policy(attempts=1).ask("this", failing(ccxt.NetworkError("x" * 10_000)))
    assert len(str(raised.value)) < 500


def test_waits_double_up_to_a_limit_and_differ(monkeypatch):
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    with pytest.raises(ExchangeUnavailable):
        policy(attempts=9, seconds=1000, first_wait=0.5).ask(
            "this", failing(*[ccxt.NetworkError("x")] * 9)
        )
    longest = [0.5, 1, 2, 4, 8, 15, 15, 15]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True))
    assert len(set(waits)) == 8


def test_no_wait_goes_beyond_the_deadline():
    began = time.monotonic()
    with pytest.raises(ExchangeUnavailable, match="after 1 of 50 attempts"):
        policy(attempts=50, seconds=0.3, first_wait=1).ask(
            "this", failing(*[ccxt.NetworkError("x")] * 50)
        )
    assert time.monotonic() - began < 0.2


def test_questions_share_the_time_that_was_begun():
    shared = policy(seconds=0.2)
    time.sleep(0.25)
    assert shared.left() < 0
    with pytest.raises(ExchangeUnavailable, match="after 1 of 3"):
        shared.ask("this", failing(ccxt.NetworkError("x")))
    shared.begin()
    assert shared.ask("this", failing(ccxt.NetworkError("x"))) == 2
