"""The live stage."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.strategies.days import START
from traderai_assets.domain.statistics.hac import mean_test
from traderai_assets.domain.strategies.live import (
    broken_promise,
    live_proof,
    promised_mean,
    standardised,
)


def pool(net, live_from=0):
    net = np.asarray(net, dtype=np.float64)
    days = pd.date_range(START, periods=net.size, unit="ms")
    origin = np.where(np.arange(net.size) < live_from, "backfill", "live")
    return pd.DataFrame({"day": days, "net": net, "origin": origin})


def test_a_day_is_measured_by_the_deviation_of_the_days_before():
    net = np.concatenate([np.tile([0.01, -0.01], 30), [0.03]])
    found = standardised(pool(net))
    assert found[:20].tolist() == [0.0] * 20
    assert found[20:60].tolist() == pytest.approx([1.0, -1.0] * 20)
    assert found[60] == pytest.approx(3.0)


def test_after_a_silence_a_trade_is_no_wonder():
    net = np.concatenate([np.tile([0.01, -0.01], 50), np.zeros(100), [0.01]])
    # All of 200 days before, not the 60 silent ones: root(100 x .01^2 / 200)
    assert standardised(pool(net))[-1] == pytest.approx(np.sqrt(2))
    assert standardised(pool(np.zeros(50))).tolist() == [0.0] * 50


def test_no_day_is_measured_by_itself_or_a_later_one():
    net = 0.01 * np.random.default_rng(0).standard_normal(100)
    changed = np.concatenate([net[:70], 9 * net[70:]])
    before, after = standardised(pool(net)), standardised(pool(changed))
    assert before[:70].tolist() == after[:70].tolist()
    assert after[70] == pytest.approx(9 * before[70])


def test_a_proof_is_of_live_days_and_names_the_day_after_it():
    days = pool(np.zeros(30), live_from=10)
    results = np.full(30, 4.0)
    found = live_proof(days, results, since=None, bound=3.0)
    # Who stakes .02, .05, .1 or .2 has 1.08, 1.2, 1.4 or 1.8 times as much each day
    after = [np.mean([one**n for one in (1.08, 1.2, 1.4, 1.8)]) for n in (3, 4)]
    assert after[0] < 3.0 <= after[1]
    assert (found.days, found.crossed) == (20, START + pd.Timedelta(days=14))
    late = live_proof(days, results, since=START + pd.Timedelta(days=20), bound=3.0)
    assert (late.days, late.crossed) == (10, START + pd.Timedelta(days=24))
    assert live_proof(days, -results, since=None, bound=3.0).crossed is None


def test_without_a_live_day_nothing_is_bet():
    found = live_proof(pool(np.zeros(30), live_from=30), np.ones(30), since=None, bound=20.0)
    assert (found.days, found.now, found.highest, found.crossed) == (0, 1.0, 1.0, None)


def test_a_promise_is_half_of_the_lower_bound_and_never_below_zero():
    results = 0.1 + np.random.default_rng(3).standard_normal(400)
    test = mean_test(results)
    # The normal quantile of 80 % is .8416
    by_hand = 0.5 * (test.estimate - 0.8416 * test.error)
    assert by_hand > 0.02
    assert promised_mean(results, share=0.5, confidence=0.8) == pytest.approx(by_hand, rel=1e-3)
    assert promised_mean(-results, share=0.5, confidence=0.8) == 0.0
    assert promised_mean(results[:19], share=0.5, confidence=0.8) == 0.0


def test_a_promise_is_broken_by_days_that_fall_short_of_it():
    days, results = pool(np.zeros(400)), np.full(400, -0.2)
    since = START + pd.Timedelta(days=100)
    found = broken_promise(days, results, since=since, promised=0.1, bound=20.0)
    assert found.days == 300
    # Half grows from the first day on, a sixth from the 31st, a twelfth from the 61st
    wealth = [grown(n) / 2 + grown(n - 30) / 6 + grown(n - 60) / 12 + 1 / 4 for n in range(90)]
    first = int(np.argmax(np.array(wealth) >= 20.0))
    assert 60 < first < 90
    assert found.crossed == since + pd.Timedelta(days=first)
    kept = broken_promise(days, np.full(400, 0.1), since=since, promised=0.1, bound=20.0)
    assert (kept.highest, kept.crossed) == (1.0, None)


def grown(days):
    """Wealth of who stakes fractions on .3 for so many days."""
    return np.mean([(1 + share * 0.3) ** max(days, 0) for share in (0.02, 0.05, 0.1, 0.2)])
