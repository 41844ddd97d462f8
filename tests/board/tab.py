"""One tab of a headless Chromium, driven over its protocol while a page follows what changes."""

import base64
import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.pages.chromium import COMPLAINTS, FLAGS, PROGRAM

TIMEOUT_SECONDS = 60


class Tab:
    """A tab that can be a phone's, or dark, and that keeps what the page complained of."""

    def __init__(self, wire: ClientConnection) -> None:
        self._wire, self._number = wire, 0
        self.complaints: list[Any] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters: Any) -> Any:
        """Give one command; return its result."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": parameters}
        self._wire.send(json.dumps(sent))
        while True:
            message = json.loads(self._wire.recv(TIMEOUT_SECONDS))
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._note(message)

    def be(self, width: int, scheme: str) -> None:
        """Take a width and a colour scheme."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.do("Emulation.setDeviceMetricsOverride", **size)
        feature = [{"name": "prefers-color-scheme", "value": scheme}]
        self.do("Emulation.setEmulatedMedia", features=feature)

    def open(self, url: str) -> None:
        """Go to a page, and forget what was said and asked for before."""
        self.complaints.clear()
        self.requests.clear()
        self.do("Page.navigate", url=url)
        self.until(f"location.href === '{url}' && document.readyState === 'complete'")

    def run(self, expression: str) -> Any:
        """Return the value of an expression; what it promises is waited for."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        found = self.do("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, condition: str | Callable[[], object]) -> None:
        """Look until it holds."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not (self.run(condition) if isinstance(condition, str) else condition()):
            assert time.monotonic() < deadline, condition
            time.sleep(0.1)

    def keep(self, file: Path) -> None:
        """Keep a picture of what the tab shows, to be looked at."""
        file.write_bytes(base64.b64decode(self.do("Page.captureScreenshot")["data"]))

    def _note(self, message: dict[str, Any]) -> None:
        if message["method"] in COMPLAINTS:
            self.complaints.append(message["params"])
        elif message["method"] == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])


@contextlib.contextmanager
def tab(profile: Path) -> Iterator[Tab]:
    """Run a browser with a fresh profile while the block lasts."""
    program = shutil.which(PROGRAM) or PROGRAM
    command = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            with connect(_address(profile), max_size=None) as wire:
                yield Tab(wire)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _address(profile: Path) -> str:
    told = profile / "DevToolsActivePort"
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not (told.exists() and told.read_text().count("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    port = told.read_text().splitlines()[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
        tabs = [one for one in json.load(answer) if one["type"] == "page"]
    return str(tabs[0]["webSocketDebuggerUrl"])
