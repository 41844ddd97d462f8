"""A page opened from disk: nothing is asked for, nothing complains, all of it fits."""

import csv
import io
import json

import pytest

from tests.pages.chromium import PROGRAM, installed, look_at
from tests.pages.reading import tables_of
from tests.report.synthetic import strategy_facts
from traderai_assets.pages.render import render
from traderai_assets.report.strategy_page import strategy_page

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not installed(), reason=f"needs {PROGRAM} on the PATH"),
]
WIDER = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.box, .drawn, nav') && \
e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.className)"
UNDRAWN = "[...document.querySelectorAll('figure.chart, figure.candles')].filter(f => \
!f.querySelector('.drawn canvas')).length"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
TRADES = "document.querySelector('figure[data-name=trades] table')"
SORTED = f"(() => {{ const t = {TRADES}; const index = \
[...t.tHead.rows[0].cells].findIndex(c => c.dataset.name === 'net_return'); \
t.tHead.rows[0].cells[index].querySelector('button').click(); \
return [...t.tBodies[0].rows].map(r => Number(r.cells[index].dataset.v)) }})()"
STILLS = (
    "[...document.querySelectorAll('.still svg')].filter(s => s.getBoundingClientRect().width > \
100).length"
)


@pytest.fixture(scope="module")
def html():
    return render(strategy_page(strategy_facts(years=1, n_markets=3)), standalone=True)


@pytest.fixture(scope="module")
def file(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "strategy.html"
    path.write_text(html, encoding="utf-8")
    return path


def test_it_opens_on_phone_and_desk_by_day_and_by_night(file, html, tmp_path):
    asked = (WIDER, UNDRAWN, BACKGROUND, f"traderaiPage.asCsv({TRADES})",
             f"traderaiPage.asJson({TRADES})", SORTED)  # fmt: skip
    seen = look_at(file, tmp_path / "profile", ask=asked)
    assert set(seen) == {(w, s) for w in (390, 1440) for s in ("light", "dark")}
    for (width, scheme), page in seen.items():
        assert page.complaints == []
        assert [one for one in page.requests if not one.startswith("data:")] == [file.as_uri()]
        assert page.scroll_width <= width
        wider, undrawn, background, as_csv, as_json, in_order = page.answers
        assert (wider, undrawn) == ([], 0)
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")
        assert page.pdf[:4] == (b"%PDF" if width == 1440 else b"")
        shown = tables_of(html)["trades"]
        assert json.loads(as_json) == shown
        saved = list(csv.DictReader(io.StringIO(as_csv)))
        assert [float(row["net_return"]) for row in saved] == [row["net_return"] for row in shown]
        assert in_order == sorted((row["net_return"] for row in shown), reverse=True)


def test_without_scripts_every_chart_is_a_still_picture(file, html, tmp_path):
    seen = look_at(
        file, tmp_path / "profile", widths=(390,), schemes=("light",), ask=(STILLS,), script=False
    )
    [page] = seen.values()
    assert page.complaints == []
    assert page.answers == [html.count('class="box still"')]
    assert page.scroll_width <= 390
