"""Pictures of pages: taken once a page is whole, and refused where anything is amiss with it."""

import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.browser_pages import PROGRAM, Page, browsing
from scripts.screenshots import PAGES, Shot, take

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed"),
]
BODIES = {
    "/whole": "<script>setTimeout(() => document.body.append('made late'), 300)</script>",
    "/loud": "<script>console.error('out of order')</script>",
    "/broken": "<script>nothing.at.all()</script>",
    "/wide": "<div style='width: 3000px'>wide</div>",
    "/elsewhere": "<img src='http://127.0.0.2:9/a.png'>",
    "/clicked": "<button onclick=\"this.textContent = 'done'\">do it</button>",
    "/dark": "<script>document.write(matchMedia('(prefers-color-scheme: dark)').matches)</script>",
}
WEBP = b"RIFF"


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = BODIES.get(self.path)
        self.send_response(200 if body is not None else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if body is not None:
            self.wfile.write(f"<!doctype html><title>a</title><body>{body}</body>".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing: the test's output is its own."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browsing() as opened:
        yield opened


def test_a_page_is_taken_once_it_shows_what_it_should(page, address, tmp_path):
    shot = Shot("late", "/whole", shows="made late")
    assert take(page, shot, address, tmp_path) == []
    assert (tmp_path / "late.webp").read_bytes().startswith(WEBP)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/loud", "console error: out of order"),
        ("/broken", "exception"),
        ("/wide", "wider than its window by"),
        ("/elsewhere", "request to another host: http://127.0.0.2:9/a.png"),
    ],
)
def test_what_is_amiss_with_a_page_is_told_and_the_page_is_taken(
    page, address, tmp_path, path, told
):
    amiss = take(page, Shot("bad", path, width=390), address, tmp_path)
    assert any(one.startswith(told) for one in amiss), amiss
    assert (tmp_path / "bad.webp").exists()


def test_what_was_amiss_with_one_page_is_not_told_of_the_next(page, address, tmp_path):
    assert take(page, Shot("bad", "/loud"), address, tmp_path)
    assert take(page, Shot("good", "/whole"), address, tmp_path) == []


def test_buttons_are_clicked_and_dark_is_asked_for(page, address, tmp_path):
    assert take(page, Shot("a", "/clicked", clicks=("do it",)), address, tmp_path) == []
    page.until_it_shows("done")
    page.open(f"{address}/dark", width=390, height=800, dark=True)
    page.until_it_shows("true")
    page.open(f"{address}/dark", width=390, height=800, dark=False)
    page.until_it_shows("false")


def test_no_two_pictures_have_one_name_and_docs_have_those_they_show():
    names = [shot.name for shot in PAGES]
    assert len(set(names)) == len(names)
    text = Path("docs/asset_pages.md").read_text()
    assert all(f"images/{name}.webp" in text for name in ("asset-candles", "asset-models"))
