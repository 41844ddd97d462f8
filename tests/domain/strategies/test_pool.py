"""The pool of a strategy's markets."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.strategies.days import FIRST, START, market, noise, record
from traderai_assets.domain.statistics.hac import mean_test
from traderai_assets.domain.strategies.pool import account_of, pool_days, volatility_before

SWING = np.where(np.arange(30) % 2, 1.0, -1.0)


def test_a_market_counts_from_its_21st_day_on():
    pool = pool_days(record(market(np.arange(30) / 1_000)))
    assert pool["day"].iloc[0] == FIRST
    assert pool["net"].tolist() == pytest.approx((np.arange(20, 30) / 1_000).tolist())
    assert pool["markets"].tolist() == [1] * 10


def test_a_market_weighs_one_over_its_volatility_and_three_middle_ones_at_most():
    found = record(
        market(np.full(30, 0.01), name="calm", held=0.001 * SWING),
        market(np.full(30, 0.02), name="middle", held=0.02 * SWING),
        market(np.full(30, 0.04), name="wild", held=0.04 * SWING),
    )
    # Weights 20, 1, 1/2 of the middle one; the first is 3 instead
    by_hand = (3 * 0.01 + 1 * 0.02 + 0.5 * 0.04) / 4.5
    assert pool_days(found)["net"].tolist() == pytest.approx([by_hand] * 10)


def test_a_market_that_stands_still_weighs_no_more_than_three():
    found = record(
        market(np.zeros(30), name="still", held=0.0),
        market(np.full(30, 0.02), name="middle", held=0.02 * SWING),
        market(np.full(30, 0.04), name="other", held=0.02 * SWING),
    )
    assert pool_days(found)["net"].iloc[0] == pytest.approx((0 + 0.02 + 0.04) / 5)


def test_silent_days_are_zeros_and_absent_markets_are_no_zeros():
    silent = market(np.zeros(30), name="silent", state="silent", exposure=0.0, trades=0)
    both = pool_days(record(market(np.full(30, 0.02)), silent))
    assert both["net"].tolist() == pytest.approx([0.01] * 10)
    assert both["exposure"].tolist() == pytest.approx([0.25] * 10)
    ended = pool_days(record(market(np.full(30, 0.02)), silent[:25]))
    assert ended["net"].tolist() == pytest.approx([0.01] * 5 + [0.02] * 5)
    assert ended["markets"].tolist() == [2] * 5 + [1] * 5
    assert ended["trades"].tolist() == [2] * 10


def test_a_day_is_live_when_it_is_of_all_markets_that_count():
    live = FIRST + pd.Timedelta(days=2)
    early, late = market(np.zeros(24), name="a", live_from=live), market(np.zeros(24), name="b")
    assert pool_days(record(early))["origin"].tolist() == ["backfill"] * 2 + ["live"] * 2
    assert pool_days(record(early, late))["origin"].tolist() == ["backfill"] * 4
    # A market whose volatility is not known yet is not asked
    new = market(np.zeros(4), name="c", start=FIRST)
    assert pool_days(record(early, new))["origin"].tolist() == ["backfill"] * 2 + ["live"] * 2


def test_ten_copies_of_a_market_prove_what_one_does():
    values, held = noise(400, 1, mean=2), 0.03 * np.random.default_rng(2).standard_normal(400)
    one = pool_days(record(market(values, held=held)))
    ten = pool_days(record(*(market(values, held=held, name=f"copy {n}") for n in range(10))))
    first, second = (mean_test(pool["net"].to_numpy()).t for pool in (one, ten))
    assert second == pytest.approx(first, abs=1e-9)
    assert ten["trades"].iloc[0] == 20


def test_no_day_of_the_pool_knows_a_later_one():
    dice = np.random.default_rng(3)
    frames = [
        market(noise(90, seed), name=f"m{seed}", held=0.02 * dice.standard_normal(90))
        for seed in range(3)
    ]
    before = pool_days(record(*frames))
    cut = START + pd.Timedelta(days=60)
    for frame in frames:
        later = frame["day"] > cut
        frame.loc[later, ["net", "buy_and_hold"]] *= 5.0
    after = pool_days(record(*frames))
    known = before["day"] <= cut
    pd.testing.assert_frame_equal(before[known], after[known])
    assert (before["net"][~known] != after["net"][~known]).all()


def test_volatility_is_of_the_sixty_days_before():
    returns = np.concatenate([np.full(60, 0.02), np.full(60, 0.04), [9.0]])
    found = volatility_before(returns)
    assert np.isnan(found[:20]).all()
    assert found[20] == pytest.approx(0.02)
    assert found[60] == pytest.approx(0.02)
    assert found[90] == pytest.approx(np.sqrt((0.02**2 + 0.04**2) / 2))
    assert found[120] == pytest.approx(0.04)


def test_no_days_make_no_pool():
    assert pool_days(record(market(np.zeros(20)))).empty
    assert pool_days(record(market(np.zeros(0)))).empty


def test_an_account_cannot_fall_below_nothing():
    assert account_of(np.array([0.5, -1.0, 3.0])).tolist() == [1.0, 1.5, 0.0, 0.0]
