"""Backfills asked for by hand: which months, of which market, and what if nobody listens."""

import socket

import pytest
from dagster_graphql import DagsterGraphQLClient, DagsterGraphQLClientError

from traderai_assets.cli import backfill
from traderai_assets.cli.launch import launch
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.sandbox.server import SandboxServer

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


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")  # of dagster_graphql
def test_where_no_web_server_answers_the_way_out_is_named(traderai):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, _, err = traderai("backfill", KEY, "--since", "2026-01-01", "--url", url)
    assert code == 1
    assert err == (
        f'traderai: no web server answers at {url}; start it with "make dev", or name it with '
        "--url\n"
    )


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")  # of dagster_graphql
def test_a_web_server_that_is_not_dagsters_is_none(traderai):
    with SandboxServer() as other:
        code, _, err = traderai("backfill", KEY, "--since", "2026-01-01", "--url", other.url)
    assert (code, f"no web server answers at {other.url};" in err) == (1, True)


def test_a_refusal_is_said_in_one_line_without_the_query(monkeypatch):
    def refuse(self, job, tags):  # noqa: ARG001
        raise DagsterGraphQLClientError("PythonError", "Nonexistent partition keys: ['x']")

    monkeypatch.setattr(DagsterGraphQLClient, "submit_job_execution", refuse)
    keys = [f"{KEY}|2016-12", f"{KEY}|2017-01"]
    with pytest.raises(InvalidInput, match=r"2016-12 to .*is the market kept.*before 2017-01\?"):
        launch("http://127.0.0.1:9", "backfill", keys)


def test_an_url_that_is_none_is_refused(traderai):
    code, _, err = traderai("backfill", KEY, "--since", "2026-01-01", "--url", "here")
    assert (code, "'here' is not the URL of a web server" in err) == (1, True)
