"""A headless Chromium, driven over WebDriver by plain HTTP; it needs the two programs alone."""

import base64
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from traderai_assets.cli.processes import free_port

PROGRAMS = ("chromium", "chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1500,1000",
)
TIMEOUT_SECONDS = 90


def missing() -> list[str]:
    """Return the programs that are not installed here."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


class Browser:
    """One window."""

    def __init__(self, session: str) -> None:
        self._session = session

    def open(self, url: str) -> None:
        """Go to a page, as if its address had been typed."""
        call("POST", f"{self._session}/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of a function in the page; what it promises is waited for."""
        body = f"const done = arguments[arguments.length - 1]; (async (...a) => {{ {script} }})"
        body += "(...arguments).then(done, error => done({failed: String(error)}))"
        sent = {"script": body, "args": list(arguments)}
        return call("POST", f"{self._session}/execute/async", sent)

    def text(self) -> str:
        """Return what the page shows."""
        return str(self.run("return document.body ? document.body.innerText : ''"))

    def until(self, condition: Callable[[], object]) -> None:
        """Look until it holds."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.text()[:2000]
            time.sleep(0.3)

    def screenshot(self, file: Path) -> None:
        """Keep what the window shows."""
        file.write_bytes(base64.b64decode(call("GET", f"{self._session}/screenshot")))


@contextmanager
def browsing(folder: Path, *flags: str) -> Iterator[Browser]:
    """Run a browser with a fresh profile while the block lasts."""
    port = free_port(0)
    with (folder / "chromedriver.log").open("wb") as log:
        driver = subprocess.Popen(  # noqa: S603
            ["chromedriver", f"--port={port}"],  # noqa: S607
            stdout=log,
            stderr=log,
        )
    root = f"http://127.0.0.1:{port}"
    try:
        _until_ready(root)
        arguments = [*FLAGS, f"--user-data-dir={folder / 'profile'}", *flags]
        options = {
            "goog:chromeOptions": {"args": arguments, "binary": shutil.which("chromium")},
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"script": 60_000, "pageLoad": 90_000},
        }
        made = call("POST", f"{root}/session", {"capabilities": {"alwaysMatch": options}})
        session = f"{root}/session/{made['sessionId']}"
        try:
            yield Browser(session)
        finally:
            call("DELETE", session)
    finally:
        driver.terminate()
        driver.wait()


def call(method: str, url: str, body: object = None) -> Any:
    """Give one WebDriver command; return its value."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()[:2000]) from error


def _until_ready(root: str) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            if call("GET", f"{root}/status")["ready"]:
                return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
