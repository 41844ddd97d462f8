"""Promises are added up by days, told from what came, and the page says which were kept."""

import math

import pytest

from benchmarks.promises import all_asked, served
from benchmarks.promises_report import Case, promises_page, row_of


def case(*days, edge="pure noise", bars=1_000):
    return Case(edge, 30, 12, 0.0012, 0.0, bars, list(days))


def test_returns_are_a_decision_and_errors_go_by_days():
    row = row_of([case((10, 0.02, 0.01), (10, 0.02, 0.03)), case((20, 0.04, 0.04))])
    assert row.share == 40 / 2_000
    assert row.promised == pytest.approx(20.0)
    assert row.came == pytest.approx(20.0)
    # Apart by .01, -.01 and 0 of three days
    assert row.error == pytest.approx(math.sqrt(2e-4) / 40 * 10_000)
    assert row.net == pytest.approx(8.0)
    assert row.kept


def test_a_promise_that_was_not_kept_is_said():
    short = [case((10, 0.1, 0.01), (10, 0.1, 0.02), edge="IC .20")]
    assert not row_of(short).kept
    page, kept = promises_page([case(), *short], "somewhere")
    assert "**1 of 2 rows came to less than they promised.**" in page
    assert not kept


def test_sides_on_noise_are_counted_over_all_bars():
    page, kept = promises_page([case((30, 0.0, 0.0))], "somewhere")
    assert "3.00% of bars took a side" in page
    assert not kept
    page, kept = promises_page([case()], "somewhere")
    assert "0.00% of bars took a side" in page
    assert kept


@pytest.mark.slow
def test_a_market_is_served_from_training_to_the_end_of_every_position():
    noise, edge = (served(asked) for asked in all_asked(quick=True))
    assert noise.days == []
    assert sum(decisions for decisions, _, _ in edge.days) > 100
    assert row_of([edge]).net > 0
