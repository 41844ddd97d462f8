"""A headless Chromium over its DevTools protocol: opens pages, clicks, and tells what was amiss.

Needs the program `chromium` and the package `websockets`, which the web server brings along.
"""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

PROGRAM = "chromium"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
QUIET = ("--no-first-run", "--disable-background-networking", "--disable-component-update")
_PORT_FILE = "DevToolsActivePort"
_SECONDS = 60.0
_IDLE_SECONDS = 0.7
_PATIENCE_SECONDS = 5.0
# Schemes that ask nobody
_LOCAL = ("data", "blob", "about", "chrome")
# No pings: what nobody reads while they wait for a run would hold back the answers
_PATIENT: dict[str, Any] = {"max_size": None, "ping_interval": None}
_CLICK = """(text => {
  const all = [...document.querySelectorAll('*')]
    .filter(one => one.innerText && one.innerText.trim() === text);
  if (!all.length) return false;
  all.at(-1).scrollIntoView({block: 'center'});
  all.at(-1).click();
  return true;
})(%s)"""


# The web UI gives its socket a second to open, and then tries again: a machine that is busy is late
_LATE = "WebSocket is closed before the connection is established"
TIMES_OPENED = 4
# What Dagster's own bundle (1.13) warns of on pages of runs: Apollo's messages 85 and 103
_OF_DAGSTER = re.compile(r"go\.apollo\.dev/c/err.*message%22%3A(85|103)%2C")


class Page:
    """One page of the browser, and what was amiss since it was opened."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._sent, self._host = socket, 0, ""
        self._requests: set[str] = set()
        self._last_traffic = 0.0
        self.amiss: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def open(self, url: str, *, width: int, height: int, dark: bool, rest: bool = True) -> None:
        """Go to a page, and wait with `rest` until it has come to rest."""
        self.amiss, self._requests = [], set()
        self._host = urlsplit(url).netloc
        self._size(width, height)
        scheme = "dark" if dark else "light"
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])
        self.call("Page.navigate", url=url)
        if rest:
            self.rest()

    def was_late(self) -> bool:
        """Whether nothing was amiss but that the server was slower than the page's patience."""
        return bool(self.amiss) and all(_LATE in one for one in self.amiss)

    def rest(self) -> None:
        """Wait until nothing has been fetched for a while; a page that goes on asking, not long."""
        self._last_traffic = began = time.monotonic()
        while time.monotonic() - began < _PATIENCE_SECONDS:
            if not self._requests and time.monotonic() - self._last_traffic > _IDLE_SECONDS:
                return
            time.sleep(0.1)
            self.run("0")  # Reads what has happened meanwhile

    def until_it_shows(self, text: str) -> None:
        """Wait until the page shows a text."""
        script = f"document.body.innerText.includes({json.dumps(text)})"
        self.until(lambda: self.run(script), f"show {text!r}")

    def click(self, text: str) -> None:
        """Click the innermost element that shows exactly this text, as soon as there is one."""
        self.until(lambda: self.run(_CLICK % json.dumps(text)), f"have {text!r} to click on")
        self.rest()

    def until(self, condition: Callable[[], object], what: str, seconds: float = _SECONDS) -> None:
        """Wait until something is so.

        Parameters
        ----------
        condition : callable
            Whether it is so by now.
        what : str
            Said of the page where it never is: "it did not ...".
        seconds : float

        Raises
        ------
        TimeoutError
            If it is not so after that time; the error says what the page shows instead.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                shown = str(self.run("document.body.innerText"))[:200]
                raise TimeoutError(f"it did not {what} in {seconds:.0f} s, but shows: {shown}")
            time.sleep(0.1)
            self.run("0")  # Reads what has happened meanwhile

    def run(self, script: str) -> Any:
        """Return what a script in the page returns."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return found["result"].get("value")

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return int(self.run("document.documentElement.scrollWidth - window.innerWidth"))

    def picture(self, file: Path) -> None:
        """Keep what the window shows."""
        shot = self.call("Page.captureScreenshot", format="webp", quality=80)
        file.write_bytes(base64.b64decode(shot["data"]))

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something, and take note of what happens until it answers."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while True:
            found = json.loads(self._socket.recv(timeout=_SECONDS))
            if found.get("id") == self._sent:
                if "error" in found:
                    raise RuntimeError(f"{method}: {found['error']['message']}")
                return dict(found["result"])
            self._note(found)

    def _size(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def _note(self, event: dict[str, Any]) -> None:
        method, told = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled" and told["type"] in {"error", "warning", "assert"}:
            words = " ".join(str(one.get("value", one.get("description"))) for one in told["args"])
            if _OF_DAGSTER.search(words) is None:
                self.amiss.append(f"console {told['type']}: {words[:300]}")
        elif method == "Runtime.exceptionThrown":
            self.amiss.append(f"exception: {told['exceptionDetails']['text']}")
        elif method == "Log.entryAdded" and told["entry"]["level"] in {"error", "warning"}:
            self.amiss.append(f"log {told['entry']['level']}: {told['entry']['text'][:300]}")
        elif method == "Network.requestWillBeSent":
            self._note_request(told["requestId"], told["request"]["url"])
        elif method == "Network.webSocketCreated":
            self._note_host(told["url"])
        elif method in {"Network.loadingFinished", "Network.loadingFailed"}:
            self._requests.discard(told["requestId"])
            self._last_traffic = time.monotonic()

    def _note_request(self, request: str, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in _LOCAL:
            return
        self._requests.add(request)
        self._last_traffic = time.monotonic()
        self._note_host(url)

    def _note_host(self, url: str) -> None:
        if urlsplit(url).netloc != self._host:
            self.amiss.append(f"request to another host: {url[:200]}")


@contextmanager
def browsing() -> Iterator[Page]:
    """Run a browser with a fresh profile while the block lasts.

    Raises
    ------
    FileNotFoundError
        If the program is not installed.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise FileNotFoundError(f"the program {PROGRAM!r} is not on the PATH; install it")
    with tempfile.TemporaryDirectory(prefix="screenshots-") as profile:
        process = subprocess.Popen(  # noqa: S603
            [program, *FLAGS, *QUIET, "--remote-debugging-port=0", f"--user-data-dir={profile}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port, path = _devtools(Path(profile) / _PORT_FILE)
            with connect(f"ws://127.0.0.1:{port}{path}", **_PATIENT) as whole:
                target = _asked(whole, "Target.createTarget", url="about:blank")["targetId"]
                address = f"ws://127.0.0.1:{port}/devtools/page/{target}"
                with connect(address, **_PATIENT) as socket:
                    yield Page(socket)
        finally:
            process.terminate()
            process.wait()


def _devtools(file: Path) -> tuple[int, str]:
    deadline = time.monotonic() + _SECONDS
    while not (file.exists() and len(file.read_text().splitlines()) == 2):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{PROGRAM} did not say where it listens in {_SECONDS:.0f} s")
        time.sleep(0.1)
    port, path = file.read_text().splitlines()
    return int(port), path


def _asked(socket: ClientConnection, method: str, **parameters: Any) -> dict[str, Any]:
    socket.send(json.dumps({"id": 1, "method": method, "params": parameters}))
    while (found := json.loads(socket.recv(timeout=_SECONDS))).get("id") != 1:
        pass
    return dict(found["result"])
