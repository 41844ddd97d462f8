"""The history of champions: only ever added to, and rolled back by adding."""

import json
import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from traderai_assets.domain.champions.by_hand import spoke_before, with_change_by_hand
from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.champions.history import (
    ROLLED_BACK,
    current_champion,
    empty_history,
    rolled_back_from,
    speaking_strategy,
    with_choice,
    would_change,
)
from traderai_assets.domain.champions.periods import champion_at, champion_periods
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.limits import END_OF_TIME
from traderai_assets.domain.strategies.states import CANDIDATE, INSUFFICIENT, PROMOTED, SUSPENDED

DAY_ONE = datetime(2026, 3, 1, tzinfo=UTC)


def chosen(model, *, strategy="slow", state=CANDIDATE):
    return choose_speaker(
        [Contender(strategy, f"id of {strategy}", state, model_id=model, served_month="2026-03")]
    )


def at_day(day):
    return DAY_ONE + timedelta(days=day)


def spoke(*choices, history=None, first_day=1):
    history = empty_history() if history is None else history
    for day, choice in enumerate(choices, start=first_day):
        history = with_choice(history, choice, changed_at=at_day(day))
    return history


def rolled_back(history, *, day=20):
    pin = spoke_before(history)
    return with_change_by_hand(
        history,
        chosen(pin.model_id, strategy=pin.strategy),
        pin,
        action=ROLLED_BACK,
        changed_at=at_day(day),
        reason="a person said so",
        by="ada",
        at=at_day(day),
    )


def models(*names):
    return spoke(*map(chosen, names))


def test_a_market_without_history_has_no_champion():
    assert current_champion(empty_history()) is None
    assert speaking_strategy(empty_history()) is None


def test_what_follows_on_what_is_said_of_each_change():
    history = spoke(
        chosen("a"),
        chosen("b"),
        chosen("b", state=PROMOTED),
        chosen("c", strategy="fast", state=PROMOTED),
        chosen("c", strategy="fast", state=SUSPENDED),
    )
    assert history["action"].tolist() == ["speaks", "refreshed", "speaks", "speaks", "silenced"]
    assert history["model_id"].fillna("none").tolist() == ["a", "b", "b", "c", "none"]
    assert history["paper"].tolist() == [True, True, False, False, False]
    assert history["strategy"].fillna("none").tolist() == ["slow"] * 3 + ["fast", "none"]
    assert history["previous_model_id"].fillna("none").tolist() == ["none", "a", "b", "b", "c"]
    assert json.loads(history["evidence"].iloc[-1])["contenders"][0]["why_not"] == "it is suspended"


def test_a_choice_that_changes_nothing_adds_nothing():
    history = spoke(chosen("a"))
    assert spoke(chosen("a"), history=history, first_day=2) is history
    assert not would_change(history, chosen("a"))
    assert would_change(history, chosen("b"))


def test_the_first_refusal_is_written_down_and_the_next_is_not():
    refused = chosen("a", state=INSUFFICIENT)
    history = spoke(refused)
    assert history["action"].tolist() == ["silenced"]
    assert history["reason"].iloc[0] == "nobody speaks: slow: it is insufficient"
    assert spoke(refused, history=history, first_day=2) is history
    assert not would_change(empty_history(), choose_speaker([Contender("slow", "id of slow")]))


def test_rolling_back_goes_one_model_back_each_time_and_never_forward():
    history = models("a", "b", "c")
    once = rolled_back(history)
    twice = rolled_back(once)
    assert current_champion(once) == "b"
    assert current_champion(twice) == "a"
    assert twice["previous_model_id"].iloc[-1] == "b"
    assert rolled_back_from(twice) == {"b", "c"}
    assert once[:3].equals(history)


def test_one_rolls_back_to_who_spoke_before_be_it_another_strategy():
    history = spoke(chosen("a"), chosen("b", strategy="fast", state=PROMOTED))
    assert speaking_strategy(rolled_back(history)) == "id of slow"


@pytest.mark.parametrize(
    ("names", "why"), [((), "nobody speaks"), (("a",), "no earlier champion to roll back to: a")]
)
def test_there_must_be_someone_to_roll_back_to(names, why):
    with pytest.raises(InvalidInput, match=why):
        rolled_back(models(*names))


def test_after_rolling_back_a_new_model_can_take_over():
    history = spoke(chosen("c"), history=rolled_back(models("a", "b"), day=3), first_day=4)
    assert current_champion(history) == "c"
    assert current_champion(rolled_back(history)) == "a"


def test_history_is_not_rewritten():
    with pytest.raises(InvalidInput, match="only ever added to"):
        rolled_back(models("a", "b"), day=1)


def test_the_order_of_the_rows_does_not_matter():
    assert current_champion(models("a", "b", "c").sample(frac=1, random_state=1)) == "c"


def test_the_frame_keeps_its_types():
    pd.testing.assert_series_equal(empty_history().dtypes, models("a", "b").dtypes)
    refused = spoke(chosen("a", state=INSUFFICIENT))
    pd.testing.assert_series_equal(empty_history().dtypes, refused.dtypes)


def test_periods_end_where_another_speaks_and_where_nobody_does():
    history = spoke(
        chosen("a"),
        chosen("a", state=PROMOTED),
        chosen("a", state=SUSPENDED),
        chosen("b", strategy="fast"),
    )
    told = [
        (one.strategy, one.model_id, one.paper, one.since, one.until)
        for one in champion_periods(history)
    ]
    assert told == [
        ("slow", "a", True, at_day(1), at_day(2)),
        ("slow", "a", False, at_day(2), at_day(3)),
        ("fast", "b", True, at_day(4), END_OF_TIME),
    ]
    assert [one.model_id for one in champion_periods(history, "fast")] == ["b"]
    assert not champion_periods(history, "slow")[-1].stands


def test_who_decided_at_a_moment_is_found_at_every_edge():
    history = spoke(chosen("a"), chosen("a", state=SUSPENDED), chosen("b"))
    second = timedelta(seconds=1)
    asked = [at_day(1), at_day(1) + second, at_day(2), at_day(2) + second, at_day(3) + second]
    found = [champion_at(history, moment) for moment in asked]
    assert [one.model_id if one else None for one in found] == [None, "a", "a", None, "b"]


def test_rows_of_before_there_were_strategies_are_of_the_one_there_was():
    former = spoke(chosen("a"), chosen("b")).assign(
        action=["promoted", "kept"], strategy=None, strategy_id=None, state=None, paper=False
    )
    former = former.assign(model_id=["a", "a"]).astype(empty_history().dtypes.to_dict())
    [period] = champion_periods(former, "default")
    assert (period.model_id, period.state, period.paper, period.stands) == ("a", None, False, True)
    assert current_champion(former) == "a"
    assert would_change(former, chosen("a", strategy="default"))


def test_at_random_moments_speaks_who_was_written_down_then():
    """A thousand moments, most of them between events and some exactly at one."""
    chance = random.Random(14)
    history, written = empty_history(), []
    for hour in sorted(chance.sample(range(1, 5_000), 60)):
        state = chance.choice([CANDIDATE, PROMOTED, PROMOTED, SUSPENDED])
        choice = chosen(f"model {chance.randrange(40)}", state=state)
        at = DAY_ONE + timedelta(hours=hour)
        history = with_choice(history, choice, changed_at=at)
        speaker = choice.speaker
        written.append((at, None if speaker is None else (speaker.model_id, choice.paper)))
    assert len(history) > 30
    for _ in range(1_000):
        moment = DAY_ONE + timedelta(hours=chance.randrange(5_100), minutes=chance.choice([0, 30]))
        # Who is chosen at a bar's close decides from the next close on
        before = [who for at, who in written if at < moment]
        period = champion_at(history, moment)
        found = None if period is None else (period.model_id, period.paper)
        assert found == (before[-1] if before else None), moment
