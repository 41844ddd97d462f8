"""Who speaks for a market: the best strategy that is permitted to, by its newest sane model."""

from dataclasses import replace

import pytest

from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.strategies.states import (
    CANDIDATE,
    INSUFFICIENT,
    PROMOTED,
    RETIRED,
    SUSPENDED,
)


def contender(name, state, *, sharpe=1.0, t=2.0, **told):
    model = {"model_id": f"model of {name}", "served_month": "2026-03"}
    known = {"annual_sharpe": sharpe, "t": t} | model | told
    return Contender(name, f"id of {name}", state=state, **known)


def name_of(choice):
    return choice.speaker.strategy if choice.speaker else None


@pytest.mark.parametrize(
    ("state", "speaks", "paper"),
    [
        (INSUFFICIENT, None, False),
        (CANDIDATE, "a", True),
        (PROMOTED, "a", False),
        (SUSPENDED, None, False),
        (RETIRED, None, False),
    ],
)
def test_the_state_of_a_strategy_decides_how_it_speaks(state, speaks, paper):
    choice = choose_speaker([contender("a", state)])
    assert (name_of(choice), choice.paper) == (speaks, paper)


def test_nobody_speaks_where_nobody_may_and_each_is_told_why():
    choice = choose_speaker([contender("a", INSUFFICIENT), contender("b", SUSPENDED)])
    assert choice.reason == "nobody speaks: a: it is insufficient; b: it is suspended"
    assert choose_speaker([]).reason == "nobody speaks: no strategy"


def test_one_that_is_unproven_speaks_on_paper_where_that_is_allowed_and_is_named():
    choice = choose_speaker([contender("a", INSUFFICIENT)], allow_unproven=True)
    assert (name_of(choice), choice.paper) == ("a", True)
    assert "though unproven (allow_unproven)" in choice.reason


@pytest.mark.parametrize("state", [SUSPENDED, RETIRED])
def test_one_that_was_ended_does_not_speak_even_where_the_unproven_may(state):
    assert choose_speaker([contender("a", state)], allow_unproven=True).speaker is None


def test_a_promoted_strategy_goes_before_a_better_looking_candidate():
    choice = choose_speaker(
        [contender("a", CANDIDATE, sharpe=9, t=9), contender("b", PROMOTED)], speaking="id of a"
    )
    assert (name_of(choice), choice.paper) == ("b", False)


def test_among_equals_that_do_not_speak_yet_the_highest_lower_bound_begins():
    """2 - .8416 * 2 / 2 = 1.16 against 3 - .8416 * 3 / 1 = 0.48."""
    sure, lucky = contender("a", CANDIDATE, sharpe=2, t=2), contender("b", CANDIDATE, sharpe=3, t=1)
    assert sure.lower_sharpe == pytest.approx(1.1584, abs=1e-4)
    assert lucky.lower_sharpe == pytest.approx(0.4751, abs=1e-4)
    assert name_of(choose_speaker([lucky, sure])) == "a"


@pytest.mark.parametrize(("sharpe", "speaks"), [(1.5, "a"), (1.8, "b")])
def test_one_that_speaks_goes_on_unless_another_is_surely_better(sharpe, speaks):
    """Against 1.0: 1.5 - .8416 * 1.5 / 2 = 0.87 is not more, 1.8 less the same share is 1.04."""
    contenders = [contender("a", CANDIDATE), contender("b", CANDIDATE, sharpe=sharpe)]
    assert name_of(choose_speaker(contenders, speaking="id of a")) == speaks


def test_a_losing_record_has_a_bound_below_it_and_an_unknown_one_none():
    """-1 - .8416 * (-1 / -2) = -1.42."""
    assert contender("a", CANDIDATE, sharpe=-1, t=-2).lower_sharpe == pytest.approx(
        -1.4208, abs=1e-4
    )
    assert contender("a", CANDIDATE, sharpe=None, t=None).lower_sharpe == float("-inf")
    assert contender("a", CANDIDATE, sharpe=0.0, t=0.0).lower_sharpe == float("-inf")


def test_a_veto_of_the_market_silences_the_best_and_the_next_one_speaks():
    vetoed = contender("a", PROMOTED, veto="it lost half")
    choice = choose_speaker([vetoed, contender("b", CANDIDATE)], speaking="id of a")
    assert (name_of(choice), choice.paper) == ("b", True)
    told = {one["strategy"]: one["why_not"] for one in choice.evidence["contenders"]}
    assert told == {"a": "vetoed here, it lost half", "b": ""}


def test_without_a_sane_model_a_strategy_does_not_speak():
    broken = replace(contender("a", PROMOTED), model_id=None, served_month=None, fault="it is ill")
    assert choose_speaker([broken]).reason == "nobody speaks: a: it is ill"
    assert choose_speaker([replace(broken, fault="")]).reason == "nobody speaks: a: it has no model"


def test_the_order_of_the_contenders_does_not_matter():
    one, other = contender("a", CANDIDATE), contender("b", CANDIDATE)
    assert name_of(choose_speaker([one, other])) == name_of(choose_speaker([other, one]))
