"""The page of a strategy: its verdict first, every section, small, true to its facts."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.pages.reading import chart_data, tables_of
from tests.report.synthetic import strategy_facts
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.pool import account_of
from traderai_assets.pages.parts import Candles, Chart
from traderai_assets.pages.render import render
from traderai_assets.report.saved_tables import saved_rows, tables_of_page, write_tables
from traderai_assets.report.strategy_page import SECTIONS, strategy_page
from traderai_assets.report.tables import MOST_TABLE_ROWS
from traderai_assets.report.verdict_section import cost_share

MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def facts():
    return strategy_facts(years=8, n_markets=10)


@pytest.fixture(scope="module")
def page(facts):
    return strategy_page(facts)


@pytest.fixture(scope="module")
def html(page):
    return render(page, standalone=True)


def test_eight_years_of_ten_markets_stay_under_a_megabyte_and_a_half(html):
    assert len(html.encode()) < MOST_BYTES


def test_nothing_is_asked_for_but_by_a_click(html):
    bare = re.sub(r"<script>.*?</script>|<style>.*?</style>|<pre>.*?</pre>", "", html, flags=re.S)
    assert re.findall(r"<(?!a )[^>]*\b(?:src|href|srcset|action)=\"https?:", bare) == []
    assert set(re.findall(r'<a href="(https?:[^"]+)"', bare)) == {"https://www.tradingview.com/"}
    assert 'http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;' in html


def test_every_section_stands_on_the_page_and_the_verdict_comes_first(html):
    assert re.findall(r'<section id="(\w+)">', html) == list(SECTIONS)
    assert next(iter(SECTIONS)) == "verdict"


def test_sections_can_be_chosen_in_an_order_of_ones_own(facts):
    page = strategy_page(facts, ["settings", "verdict"])
    assert [section.name for section in page.sections] == ["settings", "verdict"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["verdct"], "there is no section 'verdct' in this report; it has verdict, account"),
        (["verdict", "verdict"], "named 2 times"),
    ],
)
def test_a_section_that_is_not_known_is_refused(facts, names, told):
    with pytest.raises(InvalidInput, match=told):
        strategy_page(facts, names)


def test_the_verdict_tells_trials_looks_alpha_luck_costs_and_why_not_more(html):
    verdict = html.split('<section id="verdict">')[1].split("</section>")[0]
    told = dict(re.findall(r'class="label">([^<]+)</span><strong>(.*?)</strong>', verdict))
    plain = {name: re.sub(r"<.*?>\s*|\s*[✓✗!]\s*", "", value) for name, value in told.items()}
    assert plain["strategies tried"] == "12"
    assert plain["trials of models"] == "76,800"
    assert plain["alpha spent"] == "1%"
    assert plain["deflated Sharpe ratio"] == "0.97"
    assert plain["overfitting (PBO)"] == "10%"
    assert plain["bracket, a day"] == "0.01% to 0.1%"
    conditions = {row["condition"]: row["holds"] for row in tables_of(html)["conditions"]}
    assert conditions["its live days turned 1 into"] == "no"
    assert conditions["t of its mean day, last look"] == "yes"


def test_the_cost_share_is_what_was_paid_of_what_was_won():
    days = pd.DataFrame({"gross": [0.1, -0.02], "costs": [0.01, 0.005], "funding": [0.001, 0.0]})
    assert cost_share(days) == pytest.approx(0.016 / 0.08)
    assert cost_share(days.assign(gross=-0.1)) is None


def test_the_account_is_that_of_the_pool(facts, page):
    [chart] = [
        part
        for section in page.sections
        for part in section.parts
        if isinstance(part, Chart) and part.title.startswith("Account")
    ]
    strategy, held, live = chart.series
    pool = facts.pool
    places = (np.array(chart.seconds) - chart.seconds[0]) // 86_400
    account, market = (account_of(pool[name].to_numpy()) for name in ("net", "buy_and_hold"))
    assert np.array(strategy.values) == pytest.approx(account[places])
    assert np.array(held.values) == pytest.approx(market[places])
    assert {account.argmin(), account.argmax(), len(account) - 1} <= set(places)
    assert len(places) <= 1_500
    begun = [one is not None for one in live.values].index(True)  # noqa: PD011
    assert len(pool) - 100 <= places[begun] <= len(pool) - 95


def test_no_chart_has_more_bars_or_marks_than_can_be_told_apart(html, page):
    charts = chart_data(html)
    candles = [one for one in charts if "prices" in one]
    parts = [part for s in page.sections for part in s.parts if isinstance(part, Candles)]
    assert len(candles) == len(parts) == 6
    assert max(len(one["prices"]) for one in candles) <= 2 * 450
    assert max(len(one["markers"]) for one in candles) <= 200


def test_every_trade_is_saved_though_the_page_shows_the_last_ones(facts, page, html, tmp_path):
    count = sum(map(len, facts.trades.values()))
    assert len(tables_of(html)["trades"]) == MOST_TABLE_ROWS
    written = {file.stem: file for file in write_tables(page, tmp_path)}
    saved = pd.read_parquet(written["trades"])
    assert len(saved) == count
    together = pd.concat(facts.trades.values())["net_return"].sum()
    assert saved["net_return"].sum() == pytest.approx(together)
    for kind in ("csv", "json"):
        assert (tmp_path / f"trades.{kind}").stat().st_size > 0


def test_what_the_page_shows_is_what_its_tables_save(page, html):
    shown = tables_of(html)
    tables = list(tables_of_page(page))
    assert len({table.name for table in tables}) == len(tables)
    for table in tables:
        rows = saved_rows(table)
        assert shown[table.name] == rows[-table.most :] if table.most else rows


def test_a_strategy_without_anything_has_a_page_that_says_so():
    empty = strategy_facts(years=1, n_markets=1)
    record = type(empty.record)(empty.record.strategy, empty.record.days[:0])
    none = {
        "record": record,
        "trades": {},
        "signals": {},
        "pictures": [],
        "models": [],
        "champions": {},
    }
    verdict = empty.verdict | {"numbers": {}, "looks": [], "changes": [], "vetoes": []}
    bare = replace(empty, **none, verdict=verdict | {"state": "insufficient"})
    html = render(strategy_page(bare), standalone=True)
    assert "no look was made yet" in html
    assert "No day is on record in this period." in html
    assert "nobody has spoken yet" in html
