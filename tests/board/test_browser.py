"""A real browser: pages fit phone and desk, say nothing on the console, and follow what changes."""

import base64
import json

import dagster as dg
import pytest

from tests.board.conftest import add_run
from tests.web.browser import PROGRAMS, browsing, call, missing

pytestmark = [
    pytest.mark.torture,  # some twenty pages, each four times
    pytest.mark.skipif(bool(missing()), reason=f"needs {' and '.join(PROGRAMS)} on the PATH"),
]
MARKET = "binance.BTC-USDT.1h"
PATHS = (
    *("/", "/markets", f"/markets/{MARKET}", "/strategies", "/strategies/default"),
    *("/models", "/queue", "/health", "/nowhere"),
)
WIDTHS = (390, 1440)
SIGN = "return document.getElementById('connection').textContent"
SORTED = "document.querySelectorAll('figure[data-name=waiting] th')[1]"
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
ASKED = "return performance.getEntriesByType('resource').map(one => one.name)"


class Looking:
    """A window that can be a phone's, or dark, and that keeps what the console said."""

    def __init__(self, browser, folder):
        self.browser, self._folder = browser, folder
        self._session = browser._session
        self.said()

    def cdp(self, command, **params):
        body = {"cmd": command, "params": params}
        return call("POST", f"{self._session}/goog/cdp/execute", body)

    def be(self, width, scheme):
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.cdp("Emulation.setEmulatedMedia", features=features)

    def said(self):
        return call("POST", f"{self._session}/se/log", {"type": "browser"})

    def keep(self, name):
        """Keep a picture of the whole page, to be looked at."""
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=True)
        (self._folder / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


@pytest.fixture(scope="module")
def looking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    with browsing(folder) as browser:
        yield Looking(browser, folder)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_and_says_nothing_and_asks_nobody_else(board, looking, path, width, scheme):
    looking.be(width, scheme)
    looking.browser.open(f"http://{board.host}{path}")
    looking.browser.until(lambda: looking.browser.run(SIGN) == "live")
    looking.keep(f"{path.strip('/').replace('/', '-') or 'now'}-{width}-{scheme}")
    assert looking.browser.run(OVERFLOW) <= 0
    own = f"http://{board.host}/"
    assert [one for one in looking.browser.run(ASKED) if not one.startswith(own)] == []
    said = [one for one in looking.said() if "404 (Not Found)" not in one["message"]]
    assert said == [], json.dumps(said)
    ground = looking.browser.run("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_a_page_shows_a_run_that_came_and_keeps_what_was_folded_and_scrolled(
    board, lived_home, looking
):
    looking.be(1440, "light")
    looking.browser.open(f"http://{board.host}/queue")
    looking.browser.until(lambda: looking.browser.run(SIGN) == "live")
    looking.browser.run("document.querySelector('details').open = true; scrollTo(0, 120)")
    looking.browser.run(f"{SORTED}.querySelector('button').click()")
    rows = "return document.querySelectorAll('figure[data-name=waiting] tbody tr').length"
    before = looking.browser.run(rows)
    with dg.DagsterInstance.from_config(str(lived_home / "dagster")) as instance:
        add_run(instance, "judge", dg.DagsterRunStatus.QUEUED)
    looking.browser.until(lambda: looking.browser.run(rows) == before + 1)
    assert looking.browser.run("return [document.querySelector('details').open, scrollY]") == [
        True,
        120,
    ]
    assert looking.browser.run(f"return {SORTED}.getAttribute('aria-sort')") == "descending"
    # What the new part can do is done to it too: its tables save themselves
    buttons = "return document.querySelectorAll('figure[data-name=waiting] .tools button').length"
    assert looking.browser.run(buttons) == 2


def test_a_chart_is_drawn_anew_after_a_change(board, looking):
    looking.be(1440, "light")
    looking.browser.open(f"http://{board.host}/markets/{MARKET}")
    drawn = "return document.querySelectorAll('figure.candles canvas').length"
    looking.browser.until(lambda: looking.browser.run(drawn) > 0)
    again = """
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(),
        "text/html");
      const main = document.querySelector("main");
      main.replaceChildren(...document.adoptNode(page.querySelector("main")).childNodes);
      traderaiPage.draw(main);
      return document.querySelectorAll("figure.candles canvas").length
    """
    assert looking.browser.run(again) > 0


def test_a_tab_that_nobody_sees_has_no_connection(board, looking):
    looking.browser.open(f"http://{board.host}/queue")
    looking.browser.until(lambda: looking.browser.run(SIGN) == "live")
    hide = """
      Object.defineProperty(document, "hidden", {value: a[0], configurable: true});
      document.dispatchEvent(new Event("visibilitychange"));
    """
    looking.browser.run(hide, True)
    board.until(lambda: board.info()["listeners"] == 0)
    looking.browser.run(hide, False)
    board.until(lambda: board.info()["listeners"] == 1)
