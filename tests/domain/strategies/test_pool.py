"""The pool of a strategy's markets."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.strategies.days import KNOWN, START, market, noise, record
from traderai_assets.domain.statistics.hac import mean_test
from traderai_assets.domain.strategies.pool import account_of, pool_days, volatility_before

SWING, LONG_SWING = (np.where(np.arange(days) % 2, 1.0, -1.0) for days in (30, 45))


def test_a_market_counts_from_its_first_day_on():
    pool = pool_days(record(market(np.arange(30) / 1_000)))
    assert pool["day"].iloc[0] == START
    assert pool["net"].tolist() == pytest.approx((np.arange(30) / 1_000).tolist())
    assert pool["markets"].tolist() == [1] * 30


def test_a_market_weighs_one_over_its_volatility_and_three_middle_ones_at_most():
    found = record(
        market(np.full(30, 0.01), name="calm", held=0.001 * SWING),
        market(np.full(30, 0.02), name="middle", held=0.02 * SWING),
        market(np.full(30, 0.04), name="wild", held=0.04 * SWING),
    )
    # Nothing is known for 20 days. Then weights 20, 1, 1/2 of the middle one; the first is 3.
    alike, by_hand = (0.01 + 0.02 + 0.04) / 3, (3 * 0.01 + 1 * 0.02 + 0.5 * 0.04) / 4.5
    assert pool_days(found)["net"].tolist() == pytest.approx([alike] * 20 + [by_hand] * 10)


def test_a_market_of_unknown_volatility_weighs_as_the_middle_of_the_others():
    found = record(
        market(np.full(45, 0.02), name="middle", held=0.02 * LONG_SWING),
        market(np.full(45, 0.02), name="like it", held=0.02 * LONG_SWING),
        market(np.full(45, 0.04), name="wild", held=0.04 * LONG_SWING),
        market(np.full(25, 0.12), name="new", held=0.01 * SWING[:25], start=KNOWN),
    )
    # Weights 1, 1 and 1/2, and 1 of the new one until its 21st day: then 2, the middle is still .02
    unknown, known = (0.06 + 0.12) / 3.5, (0.06 + 2 * 0.12) / 4.5
    net = pool_days(found)["net"].tolist()
    assert net[20:] == pytest.approx([unknown] * 20 + [known] * 5)
    assert net[:20] == pytest.approx([0.08 / 3] * 20)


def test_a_market_that_stands_still_weighs_no_more_than_three():
    found = record(
        market(np.zeros(30), name="still", held=0.0),
        market(np.full(30, 0.02), name="middle", held=0.02 * SWING),
        market(np.full(30, 0.04), name="other", held=0.02 * SWING),
    )
    assert pool_days(found)["net"].iloc[20] == pytest.approx((0 + 0.02 + 0.04) / 5)


def test_silent_days_are_zeros_and_absent_markets_are_no_zeros():
    silent = market(np.zeros(30), name="silent", state="silent", exposure=0.0, trades=0)
    both = pool_days(record(market(np.full(30, 0.02)), silent))
    assert both["net"].tolist() == pytest.approx([0.01] * 30)
    assert both["exposure"].tolist() == pytest.approx([0.25] * 30)
    ended = pool_days(record(market(np.full(30, 0.02)), silent[:25]))
    assert ended["net"].tolist() == pytest.approx([0.01] * 25 + [0.02] * 5)
    assert ended["markets"].tolist() == [2] * 25 + [1] * 5
    assert ended["trades"].tolist() == [2] * 30


def test_a_day_is_live_when_it_is_of_all_markets_that_there_are():
    live = START + pd.Timedelta(days=2)
    early, late = market(np.zeros(4), name="a", live_from=live), market(np.zeros(4), name="b")
    assert pool_days(record(early))["origin"].tolist() == ["backfill"] * 2 + ["live"] * 2
    assert pool_days(record(early, late))["origin"].tolist() == ["backfill"] * 4
    # A market that is not there yet is not asked
    new = market(np.zeros(1), name="c", start=live + pd.Timedelta(days=1))
    assert pool_days(record(early, new))["origin"].tolist() == ["backfill"] * 2 + [
        "live",
        "backfill",
    ]


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
    assert pool_days(record(market(np.zeros(0)))).empty


def test_an_account_cannot_fall_below_nothing():
    assert account_of(np.array([0.5, -1.0, 3.0])).tolist() == [1.0, 1.5, 0.0, 0.0]
