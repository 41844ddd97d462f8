"""Who may command the sandbox: programs of this machine, and no web page."""

import json

import pytest

CLOCK = "/sandbox/clock"
ORDER = {"advance_seconds": 90}
FOREIGN = "http://evil.example"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": FOREIGN}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": "evil example"}, 400),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "text/plain; a=application/json"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_a_web_page_does_not_move_the_clock(wire, sandbox, headers, status):
    before = sandbox.clock.now()
    answered, _, body = wire.send(CLOCK, "POST", ORDER, **headers)
    assert answered == status
    assert json.loads(body)["error"]
    assert sandbox.clock.now() == before


@pytest.mark.parametrize("path", ["/sandbox/faults", "/sandbox/requests"])
def test_a_web_page_clears_nothing(wire, path):
    wire.send("/sandbox/faults", "POST", [{"kind": "html"}])
    assert wire.send(path, "DELETE", Origin=FOREIGN)[0] == 403
    assert wire.json("/sandbox/faults") != []
    assert wire.send(path, "PUT", [])[0] == 405


@pytest.mark.parametrize("path", [CLOCK, "/sandbox/requests", "/api/v3/ping"])
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}])
def test_a_web_page_reads_nothing(wire, path, headers):
    assert wire.send(path, **headers)[0] == 403


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "[::1]", "127.0.0.1"])
def test_programs_of_this_machine_command_it_by_any_of_its_names(wire, sandbox, name):
    host = f"{name}:{sandbox.url.rpartition(':')[2]}"
    assert wire.send(CLOCK, "POST", ORDER, Host=host, Origin=f"http://{host}")[0] == 200
