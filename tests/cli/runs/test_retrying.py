# mypy: disable-error-code="attr-defined"
"""Retrying: what failed is asked for again, once, through the web server."""

import json
import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import dagster as dg
import pytest

FAILURE = dg.DagsterRunStatus.FAILURE
NEW = "0a0b0c0d-0000-4000-8000-000000000001"


@pytest.fixture
def web_server():
    """A web server that answers what it is told to, and remembers what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            server.asked.append((self.path, json.loads(self.rfile.read(length))))
            self.send_response(server.code)
            self.end_headers()
            self.wfile.write(server.answer)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.code = [], 200
        server.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        server.says = lambda told: setattr(
            server, "answer", json.dumps({"data": {"launchRunReexecution": told}}).encode()
        )
        server.says({"__typename": "LaunchRunSuccess", "run": {"runId": NEW}})
        yield server
        server.shutdown()
        thread.join()


def test_the_web_server_is_asked_to_do_again_what_failed(traderai, run, web_server):
    failed = run("train", FAILURE)
    code, out, _ = traderai("runs", "retry", failed.run_id[:8], "--url", web_server.url)
    assert (code, out) == (
        0,
        f'Queued run {NEW} for run {failed.run_id[:8]} (train). See "traderai status".\n',
    )
    [(path, asked)] = web_server.asked
    assert (path, asked["variables"]) == ("/graphql", {"run": failed.run_id})
    assert "strategy: FROM_FAILURE" in asked["query"]


@pytest.mark.parametrize("status", [FAILURE, dg.DagsterRunStatus.CANCELED])
def test_what_failed_or_was_cancelled_can_be_retried(traderai, run, web_server, status):
    ended = run("train", status)
    assert traderai("runs", "retry", ended.run_id, "--url", web_server.url).code == 0


@pytest.mark.parametrize(
    ("status", "named"),
    [
        (dg.DagsterRunStatus.STARTED, "is STARTED, not ended; "),
        (dg.DagsterRunStatus.QUEUED, "is QUEUED, not ended; "),
        (dg.DagsterRunStatus.SUCCESS, "succeeded and left nothing undone"),
    ],
)
def test_what_left_nothing_undone_is_refused(traderai, run, web_server, status, named):
    made = run("train", status)
    code, _, err = traderai("runs", "retry", made.run_id, "--url", web_server.url)
    assert (code, named in err, web_server.asked) == (1, True, [])


def test_a_run_that_is_retried_already_is_not_retried_twice(traderai, run, web_server):
    failed = run("train", FAILURE)
    again = run("train", dg.DagsterRunStatus.QUEUED, tags={"dagster/parent_run_id": failed.run_id})
    code, _, err = traderai("runs", "retry", failed.run_id, "--url", web_server.url)
    assert (code, web_server.asked) == (1, [])
    assert err.endswith(f"is being retried already, as {again.run_id[:8]}\n")


def test_a_refusal_is_told_in_one_line(traderai, run, web_server):
    failed = run("train", FAILURE)
    web_server.says({"__typename": "PythonError", "message": "No steps\nneeded to be retried"})
    code, _, err = traderai("runs", "retry", failed.run_id, "--url", web_server.url)
    assert (code, err) == (
        1,
        f"traderai: the web server at {web_server.url} refused to retry run {failed.run_id[:8]}: "
        "No steps needed to be retried\n",
    )


@pytest.mark.parametrize(
    ("code", "answer"), [(200, b"<html>"), (200, b'{"errors": []}'), (200, b"[]"), (500, b"")]
)
def test_a_web_server_that_is_not_dagsters_is_none(traderai, run, web_server, code, answer):
    failed = run("train", FAILURE)
    web_server.code, web_server.answer = code, answer
    ended, _, err = traderai("runs", "retry", failed.run_id, "--url", web_server.url)
    assert (ended, f"no web server answers at {web_server.url};" in err) == (1, True)


def test_where_no_web_server_answers_the_way_out_is_named(traderai, run):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, _, err = traderai("runs", "retry", run("train", FAILURE).run_id, "--url", url)
    assert code == 1
    assert err == (
        f'traderai: no web server answers at {url}; start it with "make dev", or name it with '
        "--url\n"
    )


@pytest.mark.parametrize("url", ["here", "file:///etc/passwd"])
def test_an_url_that_is_none_is_refused(traderai, run, url):
    code, _, err = traderai("runs", "retry", run("train", FAILURE).run_id, "--url", url)
    assert (code, f"'{url}' is not the URL of a web server" in err) == (1, True)
