"""A headless Chromium that opens files, driven over its protocol; needs that program alone."""

import asyncio
import base64
import contextlib
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

PROGRAM = "chromium"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-port=0",
)
MOST_SECONDS = 60
# What a page says of itself when something is wrong with it
COMPLAINTS = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")


@dataclass
class Seen:
    """What was seen of one page."""

    width: int
    scroll_width: int
    complaints: list[Any] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    pdf: bytes = b""


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


def look_at(
    file: Path, profile: Path, *, widths=(390, 1440), schemes=("light", "dark"), ask=(), script=True
) -> dict[tuple[int, str], Seen]:
    """Open a file at each width and colour scheme, ask there, and print it at the last width."""
    return asyncio.run(
        asyncio.wait_for(_look(file, profile, widths, schemes, ask, script), MOST_SECONDS)
    )


class _Page:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._count, self.events = socket, 0, []

    async def do(self, method: str, **parameters: Any) -> Any:
        self._count += 1
        number = self._count
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = json.loads((await self._socket.receive()).data)
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message)

    async def value(self, expression: str) -> Any:
        found = await self.do(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")


async def _look(file, profile, widths, schemes, ask, script):
    command = [PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        async with aiohttp.ClientSession() as session:
            port = await _port(profile)
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                tabs = [one for one in await answer.json() if one["type"] == "page"]
            address = tabs[0]["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=0) as socket:
                return await _visit(_Page(socket), file, widths, schemes, ask, script)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


async def _port(profile: Path) -> str:
    told = profile / "DevToolsActivePort"
    while not (told.exists() and told.read_text().count("\n")):
        await asyncio.sleep(0.05)
    return told.read_text().splitlines()[0]


async def _visit(page, file, widths, schemes, ask, script):
    for domain in ("Page", "Runtime", "Log", "Network"):
        await page.do(f"{domain}.enable")
    await page.do("Emulation.setScriptExecutionDisabled", value=not script)
    found = {}
    for width in widths:
        for scheme in schemes:
            page.events.clear()
            feature = [{"name": "prefers-color-scheme", "value": scheme}]
            await page.do("Emulation.setEmulatedMedia", features=feature)
            await page.do(
                "Emulation.setDeviceMetricsOverride",
                width=width, height=900, deviceScaleFactor=1, mobile=False,
            )  # fmt: skip
            await page.do("Page.navigate", url=file.as_uri())
            while await page.value("document.readyState") != "complete":
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.3)  # Charts draw in the next frames
            scrolled = await page.value("document.documentElement.scrollWidth")
            seen = Seen(width, scrolled)
            seen.answers = [await page.value(question) for question in ask]
            if width == widths[-1]:
                seen.pdf = base64.b64decode((await page.do("Page.printToPDF"))["data"])
            for event in page.events:
                if event["method"] in COMPLAINTS:
                    seen.complaints.append(event["params"])
                elif event["method"] == "Network.requestWillBeSent":
                    seen.requests.append(event["params"]["request"]["url"])
            found[width, scheme] = seen
    return found
