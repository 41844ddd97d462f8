"""Backfills asked for by hand: which months, of which market, and what if nobody listens."""

import socket

import pytest

from traderai_assets.cli import backfill

KEY = "binance.BTC-USDT.1h"


@pytest.fixture
def launched(monkeypatch):
    """What would have been sent to the web server."""
    sent = []

    def launch(url, job, keys):
        sent.append((url, job, list(keys)))
        return "0123456789abcdef"

    monkeypatch.setattr(backfill, "launch", launch)
    return sent


def test_every_month_from_the_first_day_to_the_last_is_asked_for(traderai, launched):
    days = ["--since", "2025-12-31", "--until", "2026-02-01"]
    said = traderai("backfill", "binance:BTC/USDT", *days).out
    assert said == f'Queued run 01234567: {KEY}, 2025-12 to 2026-02. See "traderai status".\n'
    [(url, job, keys)] = launched
    assert (url, job) == ("http://127.0.0.1:3000", "backfill")
    assert keys == [f"{KEY}|2025-12", f"{KEY}|2026-01", f"{KEY}|2026-02"]


@pytest.mark.parametrize(
    "days", [["--since", "2026-02-02", "--until", "2026-02-01"], ["--since", "2090-01-01"]]
)
def test_a_span_that_ends_before_it_begins_is_refused(traderai, launched, days):
    code, _, err = traderai("backfill", KEY, *days)
    assert (code, "is not before" in err) == (2, True)
    assert launched == []


def test_a_day_that_is_none_is_refused(traderai):
    code, _, err = traderai("backfill", KEY, "--since", "yesterday")
    assert (code, "'yesterday' does not match the format '%Y-%m-%d'" in err) == (2, True)


def test_where_no_web_server_answers_the_way_out_is_named(traderai):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, _, err = traderai("backfill", KEY, "--since", "2026-01-01", "--url", url)
    assert code == 1
    assert err == (
        f'traderai: no web server answers at {url}; start it with "make dev", or name it with '
        "--url\n"
    )


def test_an_url_that_is_none_is_refused(traderai):
    code, _, err = traderai("backfill", KEY, "--since", "2026-01-01", "--url", "here")
    assert (code, "'here' is not the URL of a web server" in err) == (1, True)
