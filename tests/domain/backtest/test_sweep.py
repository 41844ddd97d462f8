"""Many policies at once: to the bit what deciding and trading each alone gives."""

import threading
from datetime import timedelta

import numpy as np
import pytest

from tests.domain.backtest.markets import MINUTE, jumpy_market
from traderai_assets.domain.backtest import sweep
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.backtest.policy import Policy, Pricing, decide
from traderai_assets.domain.backtest.sweep import evaluate_policies
from traderai_assets.domain.errors import InvalidInput

POLICIES = [
    (Policy(), Pricing(1.0, 1.0)),
    (Policy(margin=0.5, target=2.0, stop=0.5), Pricing(2.0, 1.5)),
    (Policy(target=0.25, stop=4.0, full_size_edge=0.3), Pricing(0.4, 0.2)),
    (Policy(margin=5.0), Pricing(1.0, 0.5)),
    (Policy(target=4.0, stop=0.25, full_size_edge=1.0), Pricing(1.0, 1.0)),
]


def predictions(seed, n_bars):
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0, 1, n_bars)
    width = rng.choice([0.002, 0.01, 0.03, 0.3], n_bars)
    probability[rng.random(n_bars) < 0.05] = np.nan
    width[rng.random(n_bars) < 0.05] = np.nan
    probability[rng.random(n_bars) < 0.05] = 0.5
    return probability, width


@pytest.mark.parametrize("worth_threads", [0, 10**9])
@pytest.mark.parametrize("seed", range(4))
def test_each_policy_earns_what_its_own_backtest_earns_to_the_bit(seed, worth_threads, monkeypatch):
    monkeypatch.setattr(sweep, "WORTH_THREADS", worth_threads)
    candles, _ = jumpy_market(np.random.default_rng(seed), 300)
    probability, width = predictions(seed, 300)
    costs = Costs(0.0005, 0.0001, funding_rate=0.0001 * (seed % 2))
    starts = [0, 100, 220] if seed % 3 else None
    settings = {"bar": MINUTE, "costs": costs, "starts": starts}
    found = evaluate_policies(
        Bars.of(candles), probability, width, POLICIES, horizon_bars=6, **settings
    )
    assert found.returns.shape == (5, 300)
    for number, (policy, pricing) in enumerate(POLICIES):
        decisions = decide(
            probability,
            width,
            cost=costs.round_trip,
            policy=policy,
            pricing=pricing,
            horizon_bars=6,
        )
        alone = run_backtest(candles, decisions, **settings)
        account = np.concatenate([[1.0], alone.equity["equity"]])
        np.testing.assert_array_equal(found.returns[number], account[1:] / account[:-1] - 1)
        assert found.trades[number] == len(alone.trades)
    assert found.trades[0] > 5


def test_an_account_that_is_gone_returns_nothing_ever_after():
    candles, _ = jumpy_market(np.random.default_rng(0), 50)
    candles.loc[20:, ["open", "high", "low", "close"]] *= 10
    found = evaluate_policies(
        Bars.of(candles), np.zeros(50), np.full(50, 0.9), POLICIES[:1],
        bar=MINUTE, horizon_bars=50, costs=Costs(0, 0),
    )  # fmt: skip
    assert (1 + found.returns[0]).prod() == 0
    assert (found.returns[0][21:] == 0).all()


def test_no_policy_and_no_bar_are_both_quiet():
    candles, _ = jumpy_market(np.random.default_rng(0), 10)
    same = {"bar": MINUTE, "horizon_bars": 3, "costs": Costs(0, 0)}
    none = evaluate_policies(Bars.of(candles), np.zeros(10), np.full(10, 0.1), [], **same)
    assert none.returns.shape == (0, 10)
    empty = evaluate_policies(Bars.of(candles[:0]), np.zeros(0), np.zeros(0), POLICIES, **same)
    assert empty.returns.shape == (5, 0)
    assert empty.trades.tolist() == [0] * 5


def test_threads_of_one_process_may_sweep_at_once(monkeypatch):
    monkeypatch.setattr(sweep, "WORTH_THREADS", 0)
    candles, _ = jumpy_market(np.random.default_rng(1), 500)
    bars, (probability, width) = Bars.of(candles), predictions(1, 500)
    results = {}

    def work(number):
        for _ in range(20):
            results[number] = evaluate_policies(
                bars, probability, width, POLICIES, bar=MINUTE, horizon_bars=6, costs=Costs(0, 0)
            ).returns

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for returns in results.values():
        np.testing.assert_array_equal(returns, results[0])


def test_what_does_not_fit_the_bars_is_refused():
    candles, _ = jumpy_market(np.random.default_rng(0), 10)
    same = {"bar": timedelta(minutes=1), "costs": Costs(0, 0)}
    with pytest.raises(InvalidInput, match=r"probabilities of shape \(9,\)"):
        evaluate_policies(Bars.of(candles), np.zeros(9), np.ones(10), [], horizon_bars=1, **same)
    with pytest.raises(InvalidInput, match="horizon_bars 0"):
        evaluate_policies(Bars.of(candles), np.zeros(10), np.ones(10), [], horizon_bars=0, **same)
