"""The request log and the allowance that clients share."""

import pytest

from traderai_assets.sandbox import request_log
from traderai_assets.sandbox.request_log import Allowance, KlineQuery, RequestLog

KLINES = "/api/v3/klines"


@pytest.fixture
def real_seconds(monkeypatch):
    seconds = [1000.0]
    monkeypatch.setattr(request_log, "monotonic", lambda: seconds[0])
    return seconds


def test_without_a_limit_everything_is_allowed():
    allowance = Allowance()
    assert [allowance.ask(KLINES) for _ in range(10_000)] == [None] * 10_000


def test_a_limit_is_shared_and_tells_how_long_to_wait(real_seconds):
    allowance = Allowance(limit=24)
    assert allowance.ask("/api/v3/exchangeInfo") is None
    assert [allowance.ask(KLINES) for _ in range(2)] == [None, None]
    real_seconds[0] += 17.5
    assert allowance.ask("/api/v3/ping") == 43  # 60 - 17.5, rounded up


def test_a_new_window_allows_again(real_seconds):
    allowance = Allowance(limit=2, window_seconds=10)
    assert [allowance.ask(KLINES) for _ in range(2)] == [None, 10]
    real_seconds[0] += 10
    assert allowance.ask(KLINES) is None
    assert allowance.used == 2


def test_the_log_counts_by_path_and_keeps_the_questions():
    log = RequestLog()
    log.count(KLINES)
    log.note(KlineQuery("BTCUSDT", "5m", 1, None, 500, 500))
    assert log.counts == {KLINES: 1}
    assert log.klines[0].start == 1
    log.clear()
    assert (log.counts, log.klines) == ({}, [])
