"""A real browser: pages fit phone and desk, say nothing on the console, and follow what changes."""

import dagster as dg
import pytest

from tests.board.conftest import add_run
from tests.board.tab import tab
from tests.pages.chromium import PROGRAM, installed

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not installed(), reason=f"needs {PROGRAM} on the PATH"),
]
MARKET = "binance.BTC-USDT.1h"
PATHS = (
    *("/", "/markets", f"/markets/{MARKET}", "/strategies", "/strategies/default"),
    *("/models", "/queue", "/health"),
)
LIVE = "document.getElementById('connection').textContent === 'live'"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
GROUND = "getComputedStyle(document.body).backgroundColor"
WAITING = "document.querySelectorAll('figure[data-name=waiting] tbody tr').length"
SORTED = "document.querySelectorAll('figure[data-name=waiting] th')[1]"


@pytest.fixture(scope="module")
def looking(tmp_path_factory):
    with tab(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_and_says_nothing_and_asks_nobody_else(board, looking, path, tmp_path):
    for width in (390, 1440):
        for scheme in ("light", "dark"):
            looking.be(width, scheme)
            looking.open(f"http://{board.host}{path}")
            looking.until(LIVE)
            looking.keep(tmp_path / f"{width}-{scheme}.png")
            assert looking.run(OVERFLOW) <= 0, (width, scheme)
            own = f"http://{board.host}/"
            others = [one for one in looking.requests if not one.startswith((own, "data:"))]
            assert others == []
            assert looking.complaints == []
            assert (looking.run(GROUND) == "rgb(255, 255, 255)") == (scheme == "light")


def test_a_page_shows_a_run_that_came_and_keeps_how_it_was_left(board, lived_home, looking):
    looking.be(1440, "light")
    looking.open(f"http://{board.host}/queue")
    looking.until(LIVE)
    looking.run("document.querySelector('details').open = true")
    looking.run(f"{SORTED}.querySelector('button').click()")
    looking.run("scrollTo(0, 60)")
    left = "[document.querySelector('details').open, scrollY, " + SORTED
    left += ".getAttribute('aria-sort')]"
    before, was = looking.run(WAITING), looking.run(left)
    assert was[0] is True
    with dg.DagsterInstance.from_config(str(lived_home / "dagster")) as instance:
        add_run(instance, "judge", dg.DagsterRunStatus.QUEUED)
    looking.until(f"{WAITING} === {before + 1}")
    assert looking.run(left) == was
    assert was[2] == "descending"
    # What came can do what was there before: tables save themselves
    buttons = "document.querySelectorAll('figure[data-name=waiting] .tools button').length"
    assert looking.run(buttons) == 2
    assert looking.complaints == []


def test_a_chart_is_drawn_anew_with_the_page(board, looking):
    looking.be(1440, "light")
    looking.open(f"http://{board.host}/markets/{MARKET}")
    drawn = "document.querySelectorAll('figure.candles canvas').length"
    looking.until(f"{drawn} > 0")
    again = """(async () => {
      const text = await (await fetch(location.href)).text();
      const page = new DOMParser().parseFromString(text, "text/html");
      const main = document.querySelector("main");
      main.replaceChildren(...document.adoptNode(page.querySelector("main")).childNodes);
      traderaiPage.draw(main);
    })()"""
    looking.run(again)
    looking.until(f"{drawn} > 0")
    assert looking.complaints == []


def test_a_tab_that_nobody_sees_has_no_connection(board, looking):
    looking.open(f"http://{board.host}/queue")
    looking.until(LIVE)
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true}); "
    hide += "document.dispatchEvent(new Event('visibilitychange'))"
    looking.run(hide % "true")
    looking.until(lambda: board.info()["listeners"] == 0)
    looking.run(hide % "false")
    looking.until(lambda: board.info()["listeners"] == 1)
