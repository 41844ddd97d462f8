"""Promises are added up by days, told from what came, and the page says which were kept."""

import math

import numpy as np
import pytest

from benchmarks.promises.pooled import Case, market_sums, pooled
from benchmarks.promises.report import promises_page, row_of
from benchmarks.promises.run import all_asked, served


def case(*days, edge="pure noise", bars=1_000, market=1):
    return Case(edge, market, 30, 12, 0.0012, 0.0, bars, list(days))


def test_returns_are_a_decision_and_errors_go_by_markets():
    row = row_of(
        [
            case((10, 0.02, 0.01), (10, 0.02, 0.05)),
            case((20, 0.04, 0.02), market=2),
        ]
    )
    assert row.share == 40 / 2_000
    assert row.promised == pytest.approx(20.0)
    assert row.came == pytest.approx(20.0)
    # Markets are .02 apart, one more and one less; two of them, so twice the sum of squares
    assert row.markets == pytest.approx(2.0)
    assert row.error == pytest.approx(math.sqrt(2 * 2 * 0.02**2) / 40 * 10_000)
    assert row.net == pytest.approx(8.0)
    assert row.kept


def test_days_of_one_market_tell_nothing_of_others():
    """However many days came to less, it is one model: it counts in the whole, and has no error."""
    row = row_of([case(*[(10, 0.1, 0.01 * day) for day in range(9)])])
    assert not row.judged
    assert row.kept
    assert math.isnan(row.error)


def test_one_market_at_another_cost_is_one_market():
    same = market_sums(
        [case((10, 0.1, 0.05)), case((10, 0.1, 0.15)), case((10, 0.1, 0.1), market=2)]
    )
    assert same == pytest.approx(np.array([[20, 0.2, 0.2], [10, 0.1, 0.1]]))


def test_a_share_of_sums_has_the_interval_of_so_many_markets():
    # 1 and 3 came of 2 and 2: of 4 promised 4 came, each market 1 off; two markets, so one degree
    found = pooled(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    assert (found.value, found.markets) == (1.0, 2.0)
    assert found.error == pytest.approx(math.sqrt(2 * 2) / 4)
    # Student's t with one degree: 12.706 at 95 %
    assert found.reach(0.95) == pytest.approx(12.706 / 2, abs=1e-3)
    # 3, 1 and 0 in weight: 16 by 10 markets, too few
    assert pooled(np.ones(3), np.array([3.0, 1.0, 0.0])).markets == pytest.approx(1.6)
    assert math.isnan(pooled(np.ones(3), np.array([3.0, 1.0, 0.0])).error)


def short(edge="IC .20"):
    """Ten markets of which a tenth of the promise came, give or take."""
    return [
        case((10, 0.1, 0.01 + 0.001 * market), edge=edge, market=market) for market in range(10)
    ]


def test_a_promise_that_was_not_kept_is_said():
    assert not row_of(short()).kept
    page, kept = promises_page([case(), *short()], "somewhere")
    assert "**Less than was promised came of all, IC .20, 12 bp a round trip.**" in page
    assert "that is 0.0, and in 19 of 20 pages no more than 0.\nHere it is 1." in page
    assert not kept


def test_a_promise_that_was_kept_is_said_with_what_luck_makes():
    fair = [case((10, 0.1, 0.08 + 0.04 * (n % 2)), edge="IC .20", market=n) for n in range(10)]
    page, kept = promises_page([case(), *fair], "somewhere")
    assert kept
    assert "Nowhere did provably less come than was promised." in page
    assert "| IC .20 | 10.0 | 1.00 |" in page
    assert "2 rows, 1 of them with an error, 0 with too few markets." in page
    assert "Here it is 0." in page


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
