"""Champion and challenger on the same unseen bars."""

import json

import numpy as np
import pytest

from traderai_assets.domain.champions.choice import GuardRails, TrackRecord, choose_champion
from traderai_assets.domain.errors import InvalidInput

N_BARS = 2_000
TIMES = np.arange(N_BARS) * 300_000
NOISE = np.random.default_rng(0).normal(0, 0.001, N_BARS)


def standing(model_id, returns=NOISE, *, n_trials=1, trades=50, open_times=TIMES, **proof):
    return TrackRecord(model_id, open_times[: returns.size], returns, n_trials, trades, **proof)


CHAMPION = standing("old")


def edge(mean, seed=1):
    """Returns that beat the champion's by `mean` a bar, give or take."""
    return NOISE + np.random.default_rng(seed).normal(mean, 0.001, N_BARS)


def test_the_first_model_that_breaks_no_guard_rail_becomes_champion():
    decision = choose_champion(None, standing("new"))
    assert decision.promote
    assert "first" in decision.reason


def test_a_challenger_that_clearly_earns_more_replaces_the_champion():
    decision = choose_champion(CHAMPION, standing("new", edge(0.0002)))
    assert decision.promote
    assert decision.evidence["difference"]["mean_lower"] > 0
    assert "new beats old" in decision.reason


def test_a_tie_keeps_the_champion():
    decision = choose_champion(CHAMPION, standing("new"))
    assert not decision.promote
    assert decision.evidence["difference"]["mean"] == 0


def test_a_better_that_may_be_chance_keeps_the_champion():
    challenger = standing("new", edge(0.00003))
    assert challenger.returns.sum() > CHAMPION.returns.sum()
    assert not choose_champion(CHAMPION, challenger).promote


@pytest.mark.slow
def test_chance_alone_seldom_replaces_a_champion():
    replaced = sum(
        choose_champion(CHAMPION, standing("new", edge(0.0, seed))).promote for seed in range(20)
    )
    assert replaced <= 3


def test_the_more_trials_the_more_a_challenger_must_show():
    # The difference is about 2.5 standard errors: enough for one trial, not for the best of 200.
    returns = NOISE + np.random.default_rng(4).normal(0, 0.001, N_BARS)
    returns += 2.5 * 0.001 / np.sqrt(N_BARS) - (returns - NOISE).mean()
    assert choose_champion(CHAMPION, standing("new", returns)).promote
    many = choose_champion(CHAMPION, standing("new", returns, n_trials=200))
    assert not many.promote
    assert many.evidence["difference"]["mean_lower"] > 0
    assert many.evidence["difference"]["deflated_sharpe"] < 0.95


@pytest.mark.parametrize(
    ("challenger", "named"),
    [
        (standing("new", np.append(NOISE[:-1], np.nan)), "1 returns that are not finite"),
        (standing("new", NOISE[:99]), "99 unseen bars"),
        (standing("new", np.append(NOISE[:-1], -0.6)), "lost 62.7% from a peak"),
        (standing("new", edge(0.01), trades=4), "made 4 trades"),
    ],
)
def test_a_challenger_that_breaks_a_guard_rail_is_never_promoted(challenger, named):
    rails = GuardRails(min_trades=5)
    for champion in (None, CHAMPION):
        decision = choose_champion(champion, challenger, rails=rails)
        assert not decision.promote
        assert named in decision.reason


UNPROVEN = {"promotable": False, "verdict": "deflated Sharpe ratio 0.31"}


@pytest.mark.parametrize("champion", [None, CHAMPION])
def test_a_challenger_that_is_not_promotable_never_speaks_whatever_it_earned(champion):
    decision = choose_champion(champion, standing("new", edge(0.001), **UNPROVEN))
    assert not decision.promote
    assert decision.reason == "challenger new is not promotable: deflated Sharpe ratio 0.31"
    assert decision.evidence["challenger"]["promotable"] is False
    silent = standing("new", edge(0.001), promotable=False)
    assert "no reason was written down" in choose_champion(champion, silent).reason


@pytest.mark.parametrize("champion", [None, CHAMPION])
def test_on_paper_an_unproven_challenger_may_speak_and_the_reason_says_so(champion):
    rails = GuardRails(allow_unproven=True)
    decision = choose_champion(champion, standing("new", edge(0.001), **UNPROVEN), rails=rails)
    assert decision.promote
    assert decision.reason.endswith(
        "; on paper alone: is not promotable: deflated Sharpe ratio 0.31"
    )
    proven = choose_champion(champion, standing("new", edge(0.001)), rails=rails)
    assert proven.promote
    assert "paper" not in proven.reason


def test_on_paper_guard_rails_and_the_champion_still_stand():
    rails = GuardRails(allow_unproven=True, min_trades=60)
    assert not choose_champion(None, standing("new", **UNPROVEN), rails=rails).promote
    tie = choose_champion(
        CHAMPION, standing("new", **UNPROVEN), rails=GuardRails(allow_unproven=True)
    )
    assert not tie.promote


def test_the_champion_does_not_challenge_itself():
    decision = choose_champion(CHAMPION, standing("old", edge(0.01)))
    assert not decision.promote
    assert "already" in decision.reason


def test_models_on_different_bars_are_not_compared():
    for shifted in (TIMES + 300_000, TIMES[:-1]):
        returns = edge(0.01)[: shifted.size]
        with pytest.raises(InvalidInput, match="not the same"):
            choose_champion(CHAMPION, standing("new", returns, open_times=shifted))


def test_a_decision_is_the_same_twice_and_can_be_written_down():
    first, again = (choose_champion(CHAMPION, standing("new", edge(0.0001))) for _ in range(2))
    assert json.dumps(first.evidence, allow_nan=False) == json.dumps(again.evidence)
    assert first.evidence["champion"]["total_return"] == pytest.approx(np.prod(1 + NOISE) - 1)
    broken = choose_champion(CHAMPION, standing("new", np.full(N_BARS, np.nan)))
    assert json.loads(json.dumps(broken.evidence, allow_nan=False))["challenger"]["bars"] == N_BARS
