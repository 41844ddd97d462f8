"""When what is refused is asked about again, and what is said of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from traderai_assets.domain.freshness.refusals import (
    LONGEST_OF_A_JOB,
    OF_THE_MARKET,
    TIMES_TO_BELIEVE,
    WAITS,
    MarketRefusal,
    is_believed,
    refused_again,
)
from traderai_assets.domain.markets import Market

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SPOT = Market("binance", "BTC/USTD", "5m")
FUTURE = Market("okx", "BTC/USDT:USDT-260327", "5m")


def asked_whenever_it_is_time(span, scope=OF_THE_MARKET):
    """Ask whenever it is time, and get the same no; return when it was asked."""
    asked, refusal, now = [], None, NOW
    while now < NOW + span:
        if refusal is None or refusal.may_ask(now):
            refusal = refused_again(refusal, scope, "no", now)
            asked.append(now - NOW)
        now += 10 * MINUTE
    return asked


def test_a_wrong_market_is_asked_four_times_on_its_first_day_and_ever_more_rarely():
    hours = [span.total_seconds() / 3600 for span in asked_whenever_it_is_time(20 * DAY)]
    # 10 min, 1 h, 6 h, 1 d, 3 d, 7 d after the one before.
    expected = [0, 1 / 6, 1 + 1 / 6, 7 + 1 / 6, 31 + 1 / 6, 103 + 1 / 6, 271 + 1 / 6, 439 + 1 / 6]
    assert hours == pytest.approx(expected)
    assert sum(span < DAY for span in asked_whenever_it_is_time(DAY)) == 4


def test_what_our_own_rows_refuse_is_never_left_for_longer_than_some_hours():
    asked = asked_whenever_it_is_time(5 * DAY, scope="train")
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_OF_A_JOB < WAITS[-1]


def test_a_clock_that_was_set_back_makes_nobody_wait_longer():
    refusal = MarketRefusal(OF_THE_MARKET, "no", NOW, NOW, times=6)
    assert not refusal.may_ask(NOW)
    assert not refusal.may_ask(NOW + 6 * DAY)
    assert refusal.may_ask(NOW + 7 * DAY)
    assert refusal.may_ask(NOW - MINUTE)


def test_a_market_past_its_own_expiry_is_never_asked_for_again():
    refusal = MarketRefusal(OF_THE_MARKET, "over", NOW, NOW, ended=True, final=True)
    assert refusal.next_ask is None
    assert not refusal.may_ask(NOW + 3650 * DAY)
    assert "has ended" in refusal.sentence
    assert "not asked again" in refusal.sentence


def test_one_answer_does_not_end_a_market_unless_its_own_date_has_passed():
    assert not is_believed(None, SPOT, NOW)
    once = refused_again(None, OF_THE_MARKET, "not listed", NOW)
    assert TIMES_TO_BELIEVE == 2
    assert is_believed(once, SPOT, NOW)
    assert not is_believed(None, FUTURE, datetime(2026, 3, 27, 23, 59, tzinfo=UTC))
    assert is_believed(None, FUTURE, datetime(2026, 3, 28, tzinfo=UTC))


def test_the_sentence_says_since_when_how_often_and_when_again():
    refusal = refused_again(None, OF_THE_MARKET, "binance has no\n market 'BTC/USTD'", NOW)
    again = refused_again(refusal, OF_THE_MARKET, refusal.reason, NOW + 10 * MINUTE)
    assert again.sentence == (
        "is refused since 2026-03-20 12:00 UTC (asked 2 times, asked again 2026-03-20 13:10 UTC): "
        "binance has no market 'BTC/USTD'"
    )


def test_what_is_stored_is_read_back_and_what_cannot_be_read_counts_as_nothing():
    refusal = refused_again(None, "train", "x" * 1000, NOW)
    assert MarketRefusal.parse(refusal.text()) == refusal
    assert len(refusal.text()) < 700
    for hostile in ("", "{}", "[]", "nul", '{"since": "soon"}', refusal.text()[:-5]):
        assert MarketRefusal.parse(hostile) is None
