"""What commands print acts on no terminal, and nobody answers in a named server's place."""

import io
import json
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import dagster as dg
import pytest

from traderai_assets.cli.launch import launch_again
from traderai_assets.cli.plain_output import PlainStream
from traderai_assets.cli.printing import table
from traderai_assets.cli.web_requests import install_opener, is_this_machine, request_options
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.partitions import MARKETS

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202ebinance.X\n2026-01-01 00:00:00Z ERROR    forged"
ACTING = {"\x1b", "\x07", "\u202e", "\x9b"}


def test_a_partition_key_of_anybodys_is_listed_without_acting(traderai, instance):
    instance.add_dynamic_partitions(MARKETS, [HOSTILE])
    for arguments in (["markets"], ["markets", "--json"]):
        said = traderai(*arguments)
        assert said.code == 0
        assert not ACTING & set(said.out + said.err)
        assert "\n2026-01-01 00:00:00Z ERROR" not in said.out
    assert json.loads(said.out)[0]["market"] == HOSTILE  # Programs get it as it is


def test_tags_and_log_lines_of_a_run_are_shown_without_acting(traderai, instance, run):
    made = run(
        "train",
        dg.DagsterRunStatus.FAILURE,
        tags={"traderai/progress": HOSTILE, "traderai/market": HOSTILE},
    )
    instance.report_engine_event(HOSTILE, made)
    for arguments in (
        ["runs", "list"],
        ["runs", "logs", made.run_id, "--level", "debug"],
        ["status"],
    ):
        said = traderai(*arguments)
        assert said.code == 0, said.err
        assert not ACTING & set(said.out + said.err), arguments
        assert "\n2026-01-01 00:00:00Z ERROR    forged" not in said.out, arguments


def test_an_error_of_what_was_typed_is_shown_without_acting(traderai):
    for arguments in (["markets", "add", HOSTILE], ["runs", "logs", HOSTILE], [HOSTILE]):
        said = traderai(*arguments)
        assert said.code != 0
        assert not ACTING & set(said.out + said.err), arguments


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_every_text_can_be_written_to_every_terminal(encoding):
    below = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    PlainStream(below).write(f"東京 {HOSTILE}")
    below.flush()
    written = below.buffer.getvalue().decode(encoding)
    assert not ACTING & set(written)
    assert "owned" in written


def test_a_cell_is_one_line_and_has_an_end():
    lines = table([{"name": f"a\nb{'x' * 10_000}", "next": 1}]).splitlines()
    assert len(lines) == 2
    assert len(lines[1]) < 1_100


class Server:
    """A web server that counts, and sends whoever asks elsewhere."""

    def __init__(self, location=None):
        asked = self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(302 if location else 200)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_POST = do_GET  # noqa: N815 - the name is http.server's

            def log_message(self, *_):
                """Nothing on stderr."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()


@pytest.fixture
def serve(monkeypatch):
    """Serve, with the opener of the command line in this process."""
    monkeypatch.setattr(urllib.request, "_opener", None)
    made = []

    def serve(location=None):
        made.append(Server(location))
        return made[-1]

    yield serve
    for one in made:
        one.server.shutdown()
        one.thread.join()
        one.server.server_close()


def test_the_command_line_follows_no_redirect(serve):
    stranger = serve()
    server = serve(location=f"{stranger.url}/graphql")
    install_opener()
    with pytest.raises(TraderAIError):
        launch_again(server.url, "1234")
    assert stranger.asked == []


def test_this_machine_is_asked_directly_whatever_proxy_the_environment_names(serve, monkeypatch):
    server, proxy = serve(), serve()
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    install_opener()
    with urllib.request.urlopen(f"{server.url}/server_info", timeout=5):  # noqa: S310
        pass
    import requests

    requests.post(server.url, timeout=5, **request_options(server.url))
    assert (len(server.asked), proxy.asked) == (2, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_is_this_machine_and_nothing_else_is(host):
    assert is_this_machine(host)
    assert not any(map(is_this_machine, ("10.0.0.1", "localhost.evil.example", "", None)))
