"""The sandbox's own endpoints."""

import pytest

PAGE = "/api/v3/klines?symbol=BTCUSDT&interval=5m&limit=10"


def test_the_clock_is_read_set_and_advanced(wire, sandbox):
    assert wire.json("/sandbox/clock") == {"now": "2024-03-01T12:00:00+00:00", "speed": 0.0}
    order = {"now": "2024-05-01T00:00:00Z", "advance_seconds": 90}
    assert wire.json("/sandbox/clock", "POST", order)["now"] == "2024-05-01T00:01:30+00:00"
    assert sandbox.clock.now().isoformat() == "2024-05-01T00:01:30+00:00"


def test_the_clock_is_made_to_run(wire, sandbox):
    assert wire.json("/sandbox/clock", "POST", {"speed": 1000})["speed"] == 1000
    first = sandbox.clock.now()
    while sandbox.clock.now() == first:
        pass
    assert wire.json("/sandbox/clock", "POST", {"speed": 0})["speed"] == 0
    assert sandbox.clock.now() == sandbox.clock.now()


@pytest.mark.parametrize(
    "order",
    [
        {"now": "2024-05-01T00:00:00"},
        {"now": "1950-05-01T00:00:00Z"},
        {"now": "yesterday"},
        {"advance": 5},
        {"speed": -1},
        {"advance_seconds": 9e9},
        [],
    ],
)
def test_a_clock_order_that_cannot_be_followed_says_why(wire, order):
    status, _, body = wire.send("/sandbox/clock", "POST", order)
    assert status == 400
    assert b"error" in body
    assert wire.json("/sandbox/clock")["now"] == "2024-03-01T12:00:00+00:00"


def test_faults_are_ordered_listed_and_lifted(wire):
    rules = [{"kind": "status", "status": 429, "retry_after": 2, "count": 2}, {"kind": "html"}]
    listed = wire.json("/sandbox/faults", "POST", rules)
    assert [rule["left"] for rule in listed] == [2, 1]
    assert [wire.send(PAGE)[0] for _ in range(2)] == [429, 429]
    assert wire.json("/sandbox/faults")[0]["left"] == 0
    assert wire.json("/sandbox/faults", "DELETE") == []
    assert len(wire.json(PAGE)) == 10


def test_a_revision_can_be_ordered(wire):
    revision = {
        "kind": "revise",
        "symbol": "BTC/USDT",
        "timeframe": "5m",
        "open_time": "2024-03-01T11:55:00Z",
        "values": {"high": 1e9},
    }
    wire.send("/sandbox/faults", "POST", [revision])
    assert wire.json(PAGE)[-2][2] == "1000000000.0"


def test_a_fault_that_is_not_known_is_refused_and_none_of_the_list_holds(wire):
    status, _, body = wire.send("/sandbox/faults", "POST", [{"kind": "html"}, {"kind": "fire"}])
    assert status == 400
    assert b"fire" in body
    assert wire.json("/sandbox/faults") == []


def test_requests_are_counted_and_forgotten(wire):
    for path in (PAGE, PAGE, "/api/v3/ping"):
        wire.send(path)
    report = wire.json("/sandbox/requests")
    assert report["counts"] == {"/api/v3/klines": 2, "/api/v3/ping": 1}
    assert report["klines"][0] == {
        "symbol": "BTCUSDT",
        "interval": "5m",
        "start": None,
        "end": None,
        "limit": 10,
        "rows": 10,
    }
    assert wire.json("/sandbox/requests", "DELETE") == {"counts": {}, "klines": []}


def test_the_allowance_is_set_and_lifted(wire):
    wire.send("/sandbox/allowance", "POST", {"weight_per_minute": 5})
    # Candles weigh 2: the third page would make it 6.
    assert [wire.send(PAGE)[0] for _ in range(3)] == [200, 200, 429]
    assert 1 <= int(wire.send(PAGE)[1]["Retry-After"]) <= 60
    wire.send("/sandbox/allowance", "POST", {"weight_per_minute": None})
    assert wire.send(PAGE)[0] == 200
