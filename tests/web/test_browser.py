"""A real browser: a stranger's page can do nothing, and the web UI is not hampered."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest

from tests.web.browser import PROGRAMS, browsing, missing
from tests.web.location import MONTHS
from tests.web.served import LAUNCH, READ, served

pytestmark = [
    pytest.mark.torture,  # half a minute; test_guard.py sends the same without a browser
    pytest.mark.skipif(bool(missing()), reason=f"needs {' and '.join(PROGRAMS)} on the PATH"),
]
TRIES = Path(__file__).with_name("foreign_page.js").read_text()
SUBSCRIBE = 'subscription { pipelineRunLogs(runId: "none") { __typename } }'
SEES_STRANGER = "--host-resolver-rules=MAP evil.example 127.0.0.1"
# What is told of Dagster or its instance, in whatever was asked
SECRETS = ("dagster_version", "LaunchRunSuccess", '"version"', "connection_ack")
OWN_PAGE = """
const said = [];
const wire = new WebSocket(`ws://${location.host}/graphql`, "graphql-ws");
const acknowledged = new Promise((go, no) => {
  wire.onmessage = (message) => go(JSON.parse(message.data).type);
  wire.onerror = () => no("no websocket");
  wire.onopen = () => wire.send(JSON.stringify({ type: "connection_init" }));
});
const answer = await fetch("/graphql", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ query: a[0] }),
});
return [answer.status, (await answer.json()).data.launchRun.__typename, await acknowledged];
"""


class Stranger(BaseHTTPRequestHandler):
    """Serves an empty page of another origin."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Kittens</title><body></body>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stranger() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def browser(tmp_path):
    with browsing(tmp_path, SEES_STRANGER) as opened:
        yield opened


@pytest.mark.parametrize("origin", ["127.0.0.1", "localhost", "evil.example"])
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "evil.example"])
def test_a_page_of_another_origin_launches_nothing_writes_nothing_and_reads_nothing(
    web, browser, origin, name
):
    before = web.happened()
    with stranger() as port:
        browser.open(f"http://{origin}:{port}/")
        target = f"http://{name}:{web.port}"
        came = browser.run(TRIES, target, LAUNCH, SUBSCRIBE, READ)
    assert web.happened() == before
    assert "failed" not in came
    assert not [way for way, told in came.items() if any(one in told for one in SECRETS)], came
    assert came["image"] == came["script"] == came["websocket"] == "refused"


def test_a_page_whose_name_was_pointed_at_us_does_nothing(web, browser):
    before = web.happened()
    browser.open(f"http://evil.example:{web.port}/graphql?query={LAUNCH}")
    assert "does not answer to the name evil.example" in browser.text()
    # From here every request is of one origin
    came = browser.run(TRIES, f"http://evil.example:{web.port}", LAUNCH, SUBSCRIBE, READ)
    assert web.happened() == before
    assert not [way for way, told in came.items() if any(one in told for one in SECRETS)], came


def test_the_same_page_does_all_of_it_to_a_server_without_the_guard(tmp_path, browser):
    with served(tmp_path / "open", guarded=False) as unguarded, stranger() as port:
        browser.open(f"http://evil.example:{port}/")
        came = browser.run(TRIES, unguarded.url, LAUNCH, SUBSCRIBE, READ)
        runs, events = unguarded.happened()
    assert runs >= 3  # the image, the form, the text that says JSON
    assert events >= 1
    assert "connection_ack" in came["websocket"]


def test_the_web_ui_is_not_hampered(web, browser):
    runs, _ = web.happened()
    browser.open(web.url)
    browser.until(lambda: "Overview" in browser.text() or "Assets" in browser.text())
    assert browser.run(OWN_PAGE, LAUNCH) == [200, "LaunchRunSuccess", "connection_ack"]
    assert web.happened()[0] == runs + 1
    for path, shown in (
        ("/runs", "Queued"),
        ("/assets/prices", "prices"),
        ("/locations/tested/sensors/looking", "looking"),
        ("/locations/tested/jobs", "tested"),
    ):
        browser.open(web.url + path)
        browser.until(lambda shown=shown: shown in browser.text())
        assert "does not answer" not in browser.text()


def test_a_button_of_the_web_ui_materializes_an_asset(web, browser):
    runs, _ = web.happened()
    browser.open(f"{web.url}/assets/prices")
    press = "const found = [...document.querySelectorAll('button')].find("
    press += "one => one.innerText.trim() === 'Materialize'); found && found.click(); return 0"

    def launched() -> bool:  # The button does nothing until the page knows its asset
        return browser.run(press) == 0 and web.happened()[0] > runs

    browser.until(launched)


# Dagster calls what it deprecates itself, in the web server, which is a thread of ours here
@pytest.mark.filterwarnings("default")
def test_a_button_of_the_web_ui_backfills_partitions(web, browser):
    """From the asset's page over the dialog: every partition, as one backfill of the daemon's."""
    browser.open(f"{web.url}/assets/monthly")
    press = "const found = [...document.querySelectorAll('button')].find("
    press += "one => one.innerText.trim().startsWith(a[0])); found && found.click(); return 0"

    ready = press.partition(";")[0] + "; return found && !found.disabled"

    def pressed(button: str, seen: str) -> bool:
        """Press it once a second until it has done something; twice would open two dialogs."""
        browser.run(press, button)
        time.sleep(1)
        return seen in browser.text()

    browser.until(lambda: "Launch runs" in browser.text() or browser.run(ready, "Materialize"))
    browser.until(lambda: pressed("Materialize", "Partition selection"))
    browser.until(lambda: pressed("All", "3 partitions"))
    browser.until(lambda: browser.run(ready, "Launch backfill"))
    browser.run(press, "Launch backfill")
    browser.until(web.instance.get_backfills)
    (backfill,) = web.instance.get_backfills()
    assert backfill.asset_selection == [dg.AssetKey("monthly")]
    assert all(month in str(backfill.asset_backfill_data) for month in MONTHS)
