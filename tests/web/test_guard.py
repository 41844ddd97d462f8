"""The guard before Dagster's real web server, over real HTTP; nothing here has a browser."""

import json
from urllib.parse import quote

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.web.served import JSON, LAUNCH, READ, served
from traderai_assets.cli.launch import launch, launch_again
from traderai_assets.domain.errors import TraderAIError

FOREIGN = "http://evil.example"
SUBSCRIBE = 'subscription { pipelineRunLogs(runId: "none") { __typename } }'
REPORT = "/report_asset_materialization/prices"
AS_JSON = json.dumps({"query": LAUNCH})
BY_PAGE = {"Origin": FOREIGN, "Sec-Fetch-Site": "cross-site"}
IMAGE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXT = {"Content-Type": "text/plain"}
IN_URL = f"/graphql?query={quote(LAUNCH)}"

# What a page can make a browser send: (method, path, headers, body)
ATTACKS = {
    "image": ("GET", IN_URL, {**IMAGE, "Accept": "image/*"}, None),
    "image of an old browser": ("GET", IN_URL, {"Accept": "image/*"}, None),
    "link that executes": (
        "GET",
        IN_URL,
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
        None,
    ),
    "form": ("POST", IN_URL, {**FORM, **BY_PAGE}, "a=b"),
    "form of an old browser": ("POST", IN_URL, FORM, "a=b"),
    "form of a page without an origin": ("POST", IN_URL, {**FORM, "Origin": "null"}, "a=b"),
    "multipart form": (
        "POST",
        IN_URL,
        {"Content-Type": "multipart/form-data; boundary=x"},
        "--x--",
    ),
    "text": ("POST", "/graphql", {**TEXT, **BY_PAGE}, AS_JSON),
    "text that says JSON": (
        "POST",
        "/graphql",
        {"Content-Type": "text/plain; a=application/json"},
        AS_JSON,
    ),
    "GraphQL as such": ("POST", "/graphql", {"Content-Type": "application/graphql"}, LAUNCH),
    "JSON that Dagster does not know as such": (
        "POST",
        IN_URL.replace("query", "op=x&%71uery"),
        {"Content-Type": "Application/JSON"},
        "{}",
    ),
    "no type at all": ("POST", IN_URL, {}, None),
    "JSON": ("POST", "/graphql", {**JSON, **BY_PAGE}, AS_JSON),
    "JSON of another port": ("POST", "/graphql", {**JSON, "Origin": "http://127.0.0.1:1"}, AS_JSON),
    "JSON of the other loopback name": (
        "POST",
        "/graphql",
        {**JSON, "Origin": "http://localhost:{port}"},
        AS_JSON,
    ),
    "JSON, same site": ("POST", "/graphql", {**JSON, "Sec-Fetch-Site": "same-site"}, AS_JSON),
    "JSON of a page without an origin": ("POST", "/graphql", {**JSON, "Origin": "null"}, AS_JSON),
    "rebound name": ("POST", "/graphql", {**JSON, "Host": "evil.example:{port}"}, AS_JSON),
    "rebound name that agrees": (
        "POST",
        "/graphql",
        {**JSON, "Host": "evil.example:{port}", "Origin": "http://evil.example:{port}"},
        AS_JSON,
    ),
    "forwarded name": (
        "POST",
        "/graphql",
        {**JSON, "Host": "evil.example", "X-Forwarded-Host": "127.0.0.1:{port}"},
        AS_JSON,
    ),
    "event without a body": ("POST", REPORT, {}, None),
    "event without a body that says JSON": ("POST", REPORT + "?partition=x", JSON, None),
    "event from a page": ("POST", REPORT, {**JSON, **BY_PAGE}, "{}"),
    "event by form": ("POST", REPORT, {**FORM, **BY_PAGE}, "a=b"),
    "observation without a body": ("POST", "/report_asset_observation/prices", {}, None),
    "check without a body": (
        "POST",
        "/report_asset_check/prices?check_name=x&passed=true",
        {},
        None,
    ),
    "other spelling of the path": ("POST", "//report_asset_materialization/prices", {}, None),
    "other method": ("PUT", "/graphql", JSON, AS_JSON),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_a_foreign_page_can_send_does_nothing(web, name):
    method, path, headers, body = ATTACKS[name]
    before = web.happened()
    answer = web.send(
        method, path, {key: one.format(port=web.port) for key, one in headers.items()}, body
    )
    assert 400 <= answer.status < 500
    assert not any(
        header.startswith("access-control-") for header in map(str.lower, answer.headers)
    )
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert web.happened() == before


READINGS = {
    "query in a URL": ("GET", f"/graphql?query={quote(READ)}", {}),
    "query in a URL, as a page": ("GET", f"/graphql?query={quote(READ)}", {"Accept": "text/html"}),
    "script": ("GET", "/server_info", {**IMAGE, "Sec-Fetch-Dest": "script"}),
    "fetch": ("GET", "/server_info", {**BY_PAGE, "Sec-Fetch-Mode": "cors"}),
    "frame": (
        "GET",
        "/",
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ),
    "download by a link": (
        "GET",
        "/download_debug/x",
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
    ),
    "log of a rebound name": ("GET", "/logs/a/b/c.err", {"Host": "evil.example"}),
    "page of a rebound name": ("GET", "/", {"Host": "evil.example"}),
    "page of a name that only looks like ours": ("GET", "/", {"Host": "127.0.0.1.evil.example"}),
    "page of a user at our name": ("GET", "/", {"Host": "evil.example@127.0.0.1:{port}"}),
    "page of every address": ("GET", "/", {"Host": "0.0.0.0:{port}"}),
    "page of another port": ("GET", "/", {"Host": "127.0.0.1:1"}),
    "preflight": (
        "OPTIONS",
        "/graphql",
        {"Origin": FOREIGN, "Access-Control-Request-Method": "POST"},
    ),
}


@pytest.mark.parametrize("name", READINGS)
def test_what_a_foreign_page_asks_for_is_not_told(web, name):
    method, path, headers = READINGS[name]
    answer = web.send(
        method, path, {key: one.format(port=web.port) for key, one in headers.items()}
    )
    assert 400 <= answer.status < 500
    assert not any(
        header.startswith("access-control-") for header in map(str.lower, answer.headers)
    )
    assert "dagster_version" not in answer.text


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("GET / HTTP/1.1\nHost: {host}\nHost: evil.example\n", "400"),
        (
            "GET / HTTP/1.1\nHost: {host}\nOrigin: http://{host}\nOrigin: http://evil.example\n",
            "400",
        ),
        ("GET / HTTP/1.1\nHost: {host}\nSec-Fetch-Site: none\nSec-Fetch-Site: cross-site\n", "400"),
        ("GET http://evil.example/ HTTP/1.1\nHost: {host}\n", "400"),
        ("GET http://{host}/ HTTP/1.1\nHost: evil.example\n", "400"),
        ("GET / HTTP/1.0\n", "400"),
        ("GET / HTTP/1.1\n", "400"),
        ("GET / HTTP/1.1\nHost: \n", "400"),
        ("TRACE / HTTP/1.1\nHost: {host}\n", "405"),
    ],
)
def test_what_is_ambiguous_is_refused(web, lines, why):
    answer = web.raw(lines.format(host=web.host) + "Connection: close\n\n")
    assert answer.startswith(f"HTTP/1.1 {why} "), answer


def test_a_refused_host_is_named_with_the_setting_that_lets_it_in(web):
    answer = web.send("GET", "/", {"Host": "Evil.Example:8080"})
    assert answer.status == 403
    assert "the name Evil.Example:8080" in answer.text
    assert "traderai.toml" in answer.text
    assert '[web] allowed_hosts = ["Evil.Example:8080"]' in answer.text


def test_what_a_stranger_says_is_escaped(web):
    answer = web.send("GET", "/", {"Origin": "http://\x1b[2J<script>\xe9"})
    assert answer.status == 403
    assert answer.text.isascii()
    assert "\x1b" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "text/plain; charset=us-ascii"


@pytest.mark.parametrize(
    "headers",
    [
        {},  # curl, our own command line
        {"Origin": "http://{host}", "Sec-Fetch-Site": "same-origin"},
        {"Content-Type": "application/json; charset=utf-8"},
        {"Host": "LOCALHOST.:{port}", "Origin": "http://localhost:{port}"},
        {"Host": "[::1]:{port}", "Origin": "http://[0:0::1]:{port}"},
        {"Host": "traderai.example", "Origin": "https://traderai.example"},  # behind a proxy
        {"Host": "traderai.example:443", "Origin": "https://traderai.example"},
        {"Host": "traderai.example:{port}"},
    ],
)
def test_our_own_pages_and_programs_that_are_no_browser_launch(web, headers):
    runs, events = web.happened()
    sent = {key: one.format(port=web.port, host=web.host) for key, one in headers.items()}
    assert web.ask(LAUNCH, **sent)["launchRun"]["__typename"] == "LaunchRunSuccess"
    assert web.happened() == (runs + 1, events)


def test_an_event_that_is_written_down_is_reported(web):
    runs, events = web.happened()
    answer = web.send("POST", REPORT, JSON, '{"description": "by hand"}')
    assert (answer.status, answer.text) == (200, "{}")
    assert web.happened() == (runs, events + 1)


@pytest.mark.parametrize("path", ["/", "/runs", "/locations/tested/sensors", "/graphql"])
def test_pages_are_shown_also_by_a_link_of_another_site_and_never_in_a_frame(web, path):
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = web.send("GET", path, {**typed, "Accept": "text/html"})
    assert answer.status == 200
    assert "<html" in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers.get_all("Content-Security-Policy")
    assert answer.headers.get_all("Referrer-Policy") == ["same-origin"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    followed = web.send("GET", path, {**typed, "Sec-Fetch-Site": "cross-site"})
    assert followed.status == (403 if path == "/graphql" else 200)


def subscribed(web, query, **headers):
    """Open a websocket as a page would, and return the first answer to a subscription."""
    with connect(
        f"ws://{web.host}/graphql", subprotocols=["graphql-ws"], additional_headers=headers
    ) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(socket.recv(10)) == {"type": "connection_ack"}
        start = {"type": "start", "id": "1", "payload": {"query": query}}
        socket.send(json.dumps(start))
        return json.loads(socket.recv(10))


def test_a_websocket_is_opened_by_our_own_pages(web):
    told = subscribed(web, SUBSCRIBE, Origin=web.url)
    assert told["payload"]["data"]["pipelineRunLogs"]["__typename"]
    assert subscribed(web, SUBSCRIBE)["type"] == "data"


@pytest.mark.parametrize("origin", [FOREIGN, "http://127.0.0.1:1", "null", "file://", ""])
def test_a_websocket_of_another_page_is_refused_with_the_reason(web, origin):
    with pytest.raises(InvalidStatus) as refused:
        subscribed(web, SUBSCRIBE, Origin=origin)
    assert refused.value.response.status_code == 403
    assert b"a page of" in refused.value.response.body


def test_no_mutation_runs_by_websocket(web):
    before = web.happened()
    assert subscribed(web, LAUNCH, Origin=web.url)["type"] == "error"
    assert web.happened() == before


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")  # of dagster_graphql
def test_a_read_only_server_is_read_and_changes_nothing(tmp_path):
    with served(tmp_path, read_only=True) as web:
        assert web.ask(READ)["version"]
        unasked = f"query A {READ} {LAUNCH.replace('mutation', 'mutation B', 1)}"
        for query in (LAUNCH, unasked):
            body = json.dumps({"query": query, "operationName": "A"})
            answer = web.send("POST", "/graphql", JSON, body)
            assert (answer.status, "for reading only" in answer.text) == (403, True)
        for report in ("materialization", "observation", "check"):
            assert web.send("POST", f"/report_asset_{report}/prices", JSON, "{}").status == 403
        for ask in (
            lambda: launch(web.url, "__ASSET_JOB", ["a|2026-01"]),
            lambda: launch_again(web.url, "x"),
        ):
            with pytest.raises(TraderAIError, match=r"for reading only \(web.read_only"):
                ask()
        assert web.happened() == (0, 0)
