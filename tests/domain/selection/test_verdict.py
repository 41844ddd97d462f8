"""What clears the bar, what does not, and how often luck does."""

import json

import numpy as np
import pytest

from traderai_assets.domain.selection.acceptance_criteria import AcceptanceCriteria
from traderai_assets.domain.selection.record import SelectionRecord
from traderai_assets.domain.selection.verdict import judge_record

N_BARS = 1_500
HOURS_A_YEAR = 365.25 * 24
MARKET = np.random.default_rng(99).normal(0, 0.01, N_BARS)


def earned(t_statistic, seed=0, n_bars=N_BARS, deviation=0.005):
    """Returns of exactly this t-statistic: root of the bars times mean over deviation."""
    noise = np.random.default_rng(seed).normal(size=n_bars)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    return deviation * (noise + t_statistic / np.sqrt(n_bars))


def record(returns, **changes):
    given = {"buy_and_hold": MARKET[: returns.size], "trades": 60, "n_trials": 50} | changes
    return SelectionRecord(returns, bars_per_year=HOURS_A_YEAR, **given)


def policies(t_statistic, n_policies=30, n_bars=1_500, seed=5):
    random = np.random.default_rng(seed)
    common = random.normal(size=n_bars)
    own = random.normal(size=(n_policies, n_bars))
    return (common + 0.3 * own + t_statistic / np.sqrt(n_bars)) * 0.005


def test_a_t_statistic_of_five_is_more_than_the_luck_of_fifty_trials():
    verdict = judge_record(record(earned(5), policy_returns=policies(5)))
    assert verdict.promotable
    assert verdict.reasons == ()
    assert verdict.sentence == "clears every demand"
    found = verdict.evidence
    # The best of 50 without skill shows 2.28 standard errors of the bars it is worth
    luck = 2.276 / np.sqrt(found["independent_bars"] / N_BARS)
    assert found["luck_sharpe"] / found["annual_sharpe"] == pytest.approx(luck / 5, rel=0.01)
    assert found["years_needed"] / found["years"] == pytest.approx((luck / 5) ** 2, rel=0.01)
    # Were all bars independent, 5 - 2.28 = 2.72 standard errors would be left: 0.997
    assert 0.99 < found["deflated_sharpe"] < 0.998


def test_five_standard_errors_pass_whatever_the_sample():
    passed = [judge_record(record(earned(5, seed)), n_resamples=200) for seed in range(100)]
    assert all(verdict.promotable for verdict in passed)


@pytest.mark.slow
def test_a_true_edge_of_six_standard_errors_is_seldom_missed():
    random = np.random.default_rng(3)
    cases = [earned(6 + random.normal(), seed) for seed in range(200)]
    passed = [judge_record(record(case), n_resamples=200).promotable for case in cases]
    # 98 % exceed the bar of 2.28 + 1.64; a few are lost to taking chance for persistence
    assert np.mean(passed) > 0.93


def noise(random, n_trials, kind):
    """Trials without skill in one market: account returns, one row each."""
    market = random.standard_t(4, 800) * 0.005
    if kind == "independent":
        return market, random.normal(0, 0.005, (n_trials, 800))
    held = random.integers(-1, 2, (n_trials, 100)).repeat(8, axis=1)
    if kind == "seldom":
        held[random.random((n_trials, 100)).repeat(8, axis=1) < 0.7] = 0
    return market, held * market


@pytest.mark.slow
@pytest.mark.parametrize("cases", [2_000, pytest.param(30_000, marks=pytest.mark.torture)])
def test_the_best_of_many_without_skill_passes_once_in_a_hundred_at_most(cases):
    # The worst case: chosen with sight of the very bars that it is judged by
    random = np.random.default_rng(0)
    passed = looked_good = 0
    for case in range(cases):
        kind = ("independent", "in turn", "seldom")[case % 3]
        n_trials = (2, 10, 50)[case // 3 % 3]
        market, trials = noise(random, n_trials, kind)
        best = trials[(trials.mean(axis=1) / trials.std(axis=1)).argmax()]
        tried = record(best, buy_and_hold=market, n_trials=n_trials)
        verdict = judge_record(tried, n_resamples=50)
        passed += verdict.promotable
        looked_good += verdict.evidence["annual_sharpe"] > 1
    assert passed <= cases / 100
    assert looked_good > 0.7 * cases


def test_trials_that_lose_for_sure_make_luck_no_larger():
    losers = np.concatenate([np.full(45, -0.5), np.full(5, 0.01)])
    verdict = judge_record(record(earned(5), trial_sharpes=losers))
    assert verdict.promotable
    assert verdict.evidence["trial_sharpe_variance"] > 30 / N_BARS
    assert verdict.evidence["best_trial_sharpe"] == 0.01


def test_one_trial_counts_as_ten_for_somebody_chose_the_defaults():
    alone = judge_record(record(earned(2.5), n_trials=1)).evidence
    assert alone == judge_record(record(earned(2.5), n_trials=10)).evidence | {"n_trials": 1}
    assert alone["trials"] == 10
    assert alone["deflated_sharpe"] < 0.95


def test_the_more_was_tried_the_more_must_be_shown():
    assert judge_record(record(earned(4.5), n_trials=100)).promotable
    verdict = judge_record(record(earned(4.5), n_trials=5_000))
    assert not verdict.promotable
    assert "best of 5000 trials shows by luck" in verdict.reasons[0]


def test_a_series_repeated_tenfold_has_the_same_sharpe_ratio_and_no_more_evidence():
    assert judge_record(record(earned(5))).evidence["independent_bars"] > 0.8 * N_BARS
    # A tenth of the bars at t = 1.6, told ten times over, looks like t = 5
    repeated = judge_record(record(earned(5 / np.sqrt(10), n_bars=N_BARS // 10).repeat(10)))
    assert repeated.evidence["independent_bars"] < N_BARS / 5
    assert not repeated.promotable


@pytest.mark.parametrize(
    ("returns", "changes", "says"),
    [
        (earned(8), {"trades": 29}, "29 trades over the test slices, at least 30 are asked for"),
        (earned(8, n_bars=249), {}, "tested on 249 bars, at least 250 are asked for"),
        (earned(3), {}, "deflated Sharpe ratio 0.7"),
        (earned(0.5), {}, "years of test, at least"),
        (earned(0.5), {}, "mean return a bar of at least -"),
        (earned(-3), {}, "deflated Sharpe ratio 0.000"),
        (earned(8), {"buy_and_hold": earned(9)}, "of buy-and-hold over the same bars is asked"),
        (earned(8, deviation=0.2), {}, "from a peak, at most 50.0% is allowed"),
        (earned(8), {"policy_returns": policies(0)}, "probability of backtest overfitting"),
        (earned(8), {"policy_returns": policies(5, n_bars=19)}, "among 30 on 19 bars"),
    ],
)
def test_every_refusal_names_the_number_and_what_was_asked_for(returns, changes, says):
    verdict = judge_record(record(returns, **changes))
    assert not verdict.promotable
    assert says in verdict.sentence


def test_policies_equally_good_are_not_held_to_the_order_that_luck_gave_them():
    good = judge_record(record(earned(8), policy_returns=policies(8)))
    assert good.promotable
    assert good.evidence["pbo"] > 0.3
    assert good.evidence["probability_of_loss"] < 0.05


def test_a_single_policy_was_no_choice_to_overfit():
    verdict = judge_record(record(earned(8), policy_returns=policies(0, n_policies=1)))
    assert verdict.promotable
    assert "pbo" not in verdict.evidence


def test_a_model_that_never_traded_is_refused_with_numbers_that_can_be_written_down():
    verdict = judge_record(record(np.zeros(N_BARS), trades=0, policy_returns=np.zeros((5, 400))))
    assert not verdict.promotable
    assert verdict.reasons[0].startswith("it made 0 trades")
    assert verdict.evidence["years_needed"] is None
    assert json.loads(json.dumps(verdict.to_json(), allow_nan=False)) == verdict.to_json()


@pytest.mark.parametrize("n_bars", [0, 1])
def test_a_model_without_a_test_is_refused_without_statistics(n_bars):
    verdict = judge_record(record(np.zeros(n_bars)))
    assert not verdict.promotable
    assert f"tested on {n_bars} bars" in verdict.sentence
    assert "deflated_sharpe" not in verdict.evidence


def test_an_account_that_is_wiped_out_stays_at_nothing():
    returns = earned(8)
    returns[700] = -1.5
    verdict = judge_record(record(returns))
    assert verdict.evidence["max_drawdown"] == 1
    assert verdict.evidence["total_return"] == -1


def test_the_same_record_gets_the_same_verdict_and_the_demands_are_told():
    first, again = (judge_record(record(earned(4, seed=2))) for _ in range(2))
    assert first == again
    assert first.evidence["demands"]["min_trades"] == 30
    lenient = AcceptanceCriteria(confidence=0.6, min_trades=0)
    assert judge_record(record(earned(3), trades=1), criteria=lenient).promotable
