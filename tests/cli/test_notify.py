"""`traderai notify`: who can be reached is seen before it matters."""

import json

import pytest

from tests.receivers import web

__all__ = ["web"]


@pytest.fixture
def destinations(monkeypatch):
    def name(*urls):
        monkeypatch.setenv("TRADERAI_NOTIFY__DESTINATIONS", json.dumps(urls))
        monkeypatch.setenv("TRADERAI_NOTIFY__WEBHOOK_SECRET", "0123456789abcdef")

    return name


def test_without_a_destination_the_way_to_one_is_told(traderai):
    code, out, _ = traderai("notify", "test")
    assert (code, "TRADERAI_NOTIFY__DESTINATIONS names some" in out) == (0, True)


def test_a_test_reaches_every_destination(traderai, web, destinations):
    destinations(f"webhook+http://{web.address}/a", f"json://{web.address}/b")
    code, out, _ = traderai("notify", "test", "--json")
    assert code == 0
    rows = json.loads(out)
    assert [(row["destination"], row["taken"]) for row in rows] == [
        ("webhook+http", "yes"),
        ("json", "yes"),
    ]
    assert [one.path for one in web.received] == ["/a", "/b"]


def test_one_that_does_not_take_it_is_named_and_the_others_are_tried(traderai, web, destinations):
    destinations("webhook+http://127.0.0.1:9/hunter2", f"json://{web.address}/b")
    code, out, _ = traderai("notify", "test")
    assert code == 1
    assert "webhook+http cannot be reached: Connection refused" in out
    assert "hunter2" not in out
    assert [one.path for one in web.received] == ["/b"]


def test_what_waits_is_listed(traderai, destinations):
    destinations("json://127.0.0.1:9/x")
    [row] = json.loads(traderai("notify", "list", "--json").out)
    assert (row["destination"], row["waiting"], row["error"]) == ("json", 0, None)
