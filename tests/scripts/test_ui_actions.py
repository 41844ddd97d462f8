"""Actions in a web UI: pressed and typed as by hand, and believed only of what is stored."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import dagster as dg
import pytest

from scripts.browser_hands import press, write
from scripts.browser_pages import PROGRAM, Page, browsing
from scripts.ui_outcomes import Home, NotDone, awaited
from traderai_assets.cli.context import open_lake
from traderai_assets.settings import Settings

# A button that is enabled late, one of the same name that is hidden, and a field with a text
FORM = """<!doctype html>
<button style="display:none" onclick="document.title = 'hidden'">go</button>
<button id="go" disabled onclick="document.title = event.isTrusted + field.value">go</button>
<input id="field" value="before"><script>setTimeout(() => go.disabled = false, 500)</script>"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browsing() as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    settings = Settings(home=tmp_path)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Home(settings, instance, open_lake(settings))


@pytest.mark.processes
@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed")
def test_what_is_seen_and_enabled_is_pressed_and_texts_are_replaced(page: Page):
    page.open(f"data:text/html,{quote(FORM)}", width=800, height=600, dark=False)
    write(page, "#field", "after")
    press(page, "button", "go")
    assert page.run("document.title") == "trueafter"


@pytest.mark.parametrize("fails", [False, True])
def test_a_run_is_believed_only_where_the_instance_says_that_it_succeeded(home: Home, fails: bool):
    @dg.op
    def work() -> None:
        if fails:
            raise RuntimeError("on purpose")

    @dg.job
    def asked_for() -> None:
        work()

    known = home.known_runs()
    asked_for.execute_in_process(instance=home.instance, raise_on_error=False)
    run_id = home.newest_run("asked_for", but=known)
    assert home.is_over(run_id)
    if not fails:
        assert home.succeeded(run_id).job_name == "asked_for"
        return
    with pytest.raises(NotDone, match=f"run {run_id[:8]} of asked_for ended with FAILURE"):
        home.succeeded(run_id)


def test_what_does_not_come_is_told_with_the_time_that_was_waited():
    with pytest.raises(NotDone, match="after 0 s it is not so that a backfill is asked for"):
        awaited(lambda: "", "a backfill is asked for", seconds=0.0)


def test_a_home_without_candles_or_models_is_refused_in_words(home: Home):
    with pytest.raises(NotDone, match="no market of this home has four months of candles"):
        home.months()
    with pytest.raises(NotDone, match="something refers to every model"):
        home.spare_model()
    assert home.event("candles", "binance.BTC-USDT.5m", "2026-01") == 0
