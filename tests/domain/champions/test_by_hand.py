"""Models put in place and taken back by hand, against a list that somebody keeps on paper."""

import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from traderai_assets.domain.champions.by_hand import (
    Pin,
    in_speaking_order,
    spoke_before,
    standing_pin,
    with_change_by_hand,
)
from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.champions.history import (
    PINNED,
    ROLLED_BACK,
    current_champion,
    empty_history,
    rolled_back_from,
    speaking_strategy,
    with_choice,
)
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.states import CANDIDATE, PROMOTED, SUSPENDED

DAY_ONE = datetime(2026, 3, 1, tzinfo=UTC)
# The other histories of ten thousand changes are tests/torture's
HISTORIES, EVENTS = 20, 100
RANK = {PROMOTED: 0, CANDIDATE: 1}


class Market:
    """A market as the platform has it: stored models, states of strategies, and the history."""

    def __init__(self):
        self.models: dict[str, list[str]] = {"fast": [], "slow": []}  # Oldest first
        self.states = {"fast": CANDIDATE, "slow": CANDIDATE}
        self.history = empty_history()

    def contenders(self, pin: Pin | None, without: frozenset[str]):
        for name, models in self.models.items():
            own = pin if pin is not None and pin.strategy == name else None
            order = in_speaking_order(lambda models=models: [(m, m) for m in reversed(models)], own)
            model = next((one for one in order if one not in without), None)
            yield Contender(
                name,
                f"id of {name}",
                self.states[name],
                model_id=model,
                served_month=model and "2026-03",
            )

    def choose(self, at):
        able = list(self.contenders(standing_pin(self.history), rolled_back_from(self.history)))
        choice = choose_speaker(able, speaking=speaking_strategy(self.history))
        self.history = with_choice(self.history, choice, changed_at=at)

    def promote(self, strategy, model, at):
        if current_champion(self.history) == model:
            raise InvalidInput("it speaks already")
        self.by_hand(Pin(strategy, model, "2026-03"), PINNED, at)

    def roll_back(self, at):
        self.by_hand(spoke_before(self.history), ROLLED_BACK, at)

    def by_hand(self, asked, action, at):
        models = self.models[asked.strategy]
        if asked.model_id not in models:
            raise InvalidInput("it is gone")
        newer = frozenset(models[models.index(asked.model_id) + 1 :])
        pin = Pin(asked.strategy, asked.model_id, asked.served_month, newer)
        without = rolled_back_from(self.history) - {pin.model_id}
        choice = choose_speaker(
            list(self.contenders(pin, without)), speaking=f"id of {pin.strategy}"
        )
        told = {"changed_at": at, "reason": "so", "by": "ada", "at": at}
        self.history = with_change_by_hand(self.history, choice, pin, action=action, **told)

    def delete(self, strategy, model):
        if model in {*self.history["model_id"].dropna()}:
            raise InvalidInput("it spoke")
        self.models[strategy].remove(model)


class Paper:
    """The same market as a list of who spoke since when, kept by hand without any of that code."""

    def __init__(self):
        self.models: dict[str, list[str]] = {"fast": [], "slow": []}
        self.states = {"fast": CANDIDATE, "slow": CANDIDATE}
        self.spoke: list[tuple] = []  # Time, strategy, model, on paper
        self.banned: set[str] = set()
        self.held: tuple[str, str, set[str]] | None = None

    @property
    def now(self):
        return self.spoke[-1][1:] if self.spoke else (None, None, False)

    def _model_of(self, name):
        models = self.models[name]
        who, held, passed_over = self.held or (None, None, set())
        if who == name and held in models and {*models[models.index(held) + 1 :]} <= passed_over:
            return held
        return next((one for one in reversed(models) if one not in self.banned), None)

    def _able(self):
        return {n: RANK[s] for n, s in self.states.items() if s in RANK and self._model_of(n)}

    def choose(self, at):
        able = self._able()
        if not able:
            # The first silence is written where there are models; nobody speaks either way
            self._say(at, None, None, False)
            return
        best = [name for name, rank in able.items() if rank == min(able.values())]
        name = self.now[0] if self.now[0] in best else max(best)
        self._say(at, name, self._model_of(name), min(able.values()) > 0)

    def _say(self, at, name, model, paper):
        if self.now == (name, model, paper):
            return
        if self.now[:2] != (name, model):
            self.held = None
        self.spoke.append((at, name, model, paper))

    def put(self, name, model, at):
        state = self.states[name]
        if self.now[1] == model or model not in self.models[name] or state not in RANK:
            return False
        if any(RANK[state] > rank for other, rank in self._able().items() if other != name):
            return False
        later = self.models[name][self.models[name].index(model) + 1 :]
        self.spoke.append((at, name, model, RANK[state] > 0))
        self.held = name, model, set(later)
        return True

    def promote(self, name, model, at):
        done = self.put(name, model, at)
        if done:
            self.banned.discard(model)
        return done

    def roll_back(self, at):
        leaving = self.now[1]
        if leaving is None:
            return False
        for _, name, model, _ in reversed(self.spoke):
            if model is not None and model != leaving and model not in self.banned:
                done = self.put(name, model, at)
                if done:
                    self.banned.add(leaving)
                return done
        return False

    def delete(self, name, model):
        if model in {one[2] for one in self.spoke}:
            return False
        self.models[name].remove(model)
        return True


def done(change, *arguments) -> bool:
    try:
        change(*arguments)
    except InvalidInput:
        return False
    return True


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_random_changes_leave_what_a_list_on_paper_says(seed):
    hold_against_paper(seed)


def hold_against_paper(seed: int) -> None:
    """Make random changes of one market and see that they come to what the paper says."""
    chance = random.Random(seed)
    market, paper = Market(), Paper()
    refused = made = 0
    for number in range(EVENTS):
        at = DAY_ONE + timedelta(hours=number)
        name = chance.choice(("fast", "slow"))
        # A new model, a new verdict, or a choice comes beside each change by hand, at random
        if chance.random() < 0.4:
            made += 1
            for one in (market, paper):
                one.models[name].append(f"{name[0]}{made}")
        if chance.random() < 0.1:
            state = chance.choice((PROMOTED, CANDIDATE, SUSPENDED))
            market.states[name] = paper.states[name] = state
        if chance.random() < 0.5:
            market.choose(at)
            paper.choose(at)
        event = chance.choice(("promote", "roll_back", "delete"))
        stored = market.models[name]
        if event == "roll_back":
            told = done(market.roll_back, at), paper.roll_back(at)
        elif not stored:
            continue
        else:
            asked = [name, chance.choice(stored), *([at] if event == "promote" else [])]
            told = done(getattr(market, event), *asked), getattr(paper, event)(*asked)
        assert told[0] == told[1], (number, event, name)
        refused += not told[0]
        assert current_champion(market.history) == paper.now[1]
    assert 0 < refused < EVENTS
    found = champion_periods(market.history)
    for hours in range(EVENTS + 1):
        moment = pd.Timestamp(DAY_ONE + timedelta(hours=hours, minutes=30))
        before = [one for one in paper.spoke if one[0] < moment]
        period = next((one for one in found if one.since < moment <= one.until), None)
        said = (None, None, False) if period is None else _who(period)
        assert said == (before[-1][1:] if before else (None, None, False))
    assert market.models == paper.models


def _who(period):
    return period.strategy, period.model_id, period.paper


def put_in_place(market, strategy, model, hour):
    market.promote(strategy, model, DAY_ONE + timedelta(hours=hour))


@pytest.fixture
def market():
    """Three models of the slow strategy, of which the last speaks."""
    found = Market()
    found.models["slow"] += ["a", "b", "c"]
    found.choose(DAY_ONE)
    return found


def test_a_model_put_in_place_stays_until_one_comes_that_nobody_passed_over(market):
    put_in_place(market, "slow", "a", 1)
    market.choose(DAY_ONE + timedelta(hours=2))
    assert current_champion(market.history) == "a"
    assert standing_pin(market.history).passed_over == {"b", "c"}
    market.models["slow"].append("d")
    market.choose(DAY_ONE + timedelta(hours=3))
    assert current_champion(market.history) == "d"
    assert standing_pin(market.history) is None


def test_a_newer_model_that_was_passed_over_may_be_deleted_and_the_pin_stands(market):
    market.models["slow"].append("d")
    put_in_place(market, "slow", "a", 1)
    market.delete("slow", "d")
    market.choose(DAY_ONE + timedelta(hours=2))
    assert current_champion(market.history) == "a"


def test_a_pin_ends_with_the_permission_of_its_strategy_and_does_not_come_back_with_it(market):
    put_in_place(market, "slow", "a", 1)
    market.states["slow"] = SUSPENDED
    market.choose(DAY_ONE + timedelta(hours=2))
    assert current_champion(market.history) is None
    market.states["slow"] = CANDIDATE
    market.choose(DAY_ONE + timedelta(hours=3))
    assert current_champion(market.history) == "c"


def test_a_pin_goes_on_where_its_strategy_speaks_in_full_from_then_on(market):
    put_in_place(market, "slow", "a", 1)
    market.states["slow"] = PROMOTED
    market.choose(DAY_ONE + timedelta(hours=2))
    assert market.history["action"].tolist() == ["speaks", "pinned", "speaks"]
    assert market.history["paper"].tolist() == [True, True, False]
    assert standing_pin(market.history).model_id == "a"


def test_promoting_lifts_no_permission_and_says_the_way_out(market):
    market.states["slow"] = SUSPENDED
    with pytest.raises(InvalidInput, match=r"it is suspended. A change by hand lifts no perm"):
        put_in_place(market, "slow", "a", 1)
    market.models["fast"].append("f")
    market.states |= {"slow": PROMOTED}
    with pytest.raises(InvalidInput, match=r"by the rule slow does .*promote one of slow's"):
        put_in_place(market, "fast", "f", 1)


def test_what_was_rolled_back_from_may_be_put_in_place_again_by_hand(market):
    put_in_place(market, "slow", "a", 1)
    market.roll_back(DAY_ONE + timedelta(hours=2))
    assert current_champion(market.history) == "c"
    assert rolled_back_from(market.history) == {"a"}
    put_in_place(market, "slow", "a", 3)
    assert rolled_back_from(market.history) == frozenset()


def test_rows_rolled_back_before_there_were_pins_hold_nothing(market):
    put_in_place(market, "slow", "a", 1)
    former = market.history.assign(evidence="{}", action=["speaks", "rolled_back"])
    assert standing_pin(former) is None
