"""The verdict on a strategy."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from tests.domain.strategies.days import START, market, noise, record
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies import states
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.looking import Peers
from traderai_assets.domain.strategies.looks import LookCalendar
from traderai_assets.domain.strategies.states import retired
from traderai_assets.domain.strategies.verdict import judge_strategy

LATER = datetime(2030, 1, 1, tzinfo=UTC)
WHOLE = 547  # Days to the end of the 18th month


def judged(*frames, now=LATER, **asked):
    return judge_strategy(record(*frames), now=now, **asked)


def days(*parts):
    return np.concatenate(parts)


def strong(mean=3.0, rows=WHOLE, seed=1, **values):
    return market(noise(rows, seed, mean=mean), **values)


def field(count, seed=50):
    """Others without skill, over all the pool's days."""
    pools = {f"other {n}": noise(WHOLE, seed + n) for n in range(count)}
    return pd.DataFrame(pools, index=pd.date_range(START, periods=WHOLE, unit="ms"))


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (strong(rows=100), "100 days of 180"),
        (strong(trades=0), "0 trades of 200"),
        (strong(exposure=0.0), "0 days with a position of 30"),
        (strong(rows=15), "15 days of 180, 30 trades of 200, 15 days with a position of 30"),
    ],
)
def test_a_record_of_too_little_is_insufficient_and_spends_no_look(frame, told):
    found = judged(frame)
    assert (found.state, found.looks, found.changes) == ("insufficient", (), ())
    assert f"insufficient: too little to be judged, {told}" in found.sentence


def test_a_strong_record_is_a_candidate_from_its_first_look_that_proves_it_on():
    found = judged(strong())
    assert found.state == "candidate"
    assert [look.passed for look in found.looks] == [False] * (len(found.looks) - 1) + [True]
    look = found.looks[-1]
    assert look.t >= look.bound
    assert look.stepwise_t > look.stepwise_critical
    [change] = found.changes
    assert (change.day, change.cause) == (look.day, states.LOOK_PASSED)
    assert f"t of its mean day was {look.t:.2f}, {look.bound:.2f} was asked for" in found.sentence


def test_a_record_without_skill_is_refused_at_every_look():
    found = judged(strong(mean=0.0))
    assert found.state == "insufficient"
    assert [look.number for look in found.looks] == [1, 2, 3, 4, 5]
    assert found.looks[-1].alpha_spent == pytest.approx(0.05)
    assert "it was the last look, live days must turn 1 into 20" in found.sentence


def test_the_same_question_has_the_same_answer_and_asking_again_spends_nothing():
    first = judged(strong())
    again = judged(strong())
    fed = judged(strong(), looks=first.looks, changes=first.changes)
    assert json.dumps(first.to_json()) == json.dumps(again.to_json()) == json.dumps(fed.to_json())


def test_a_record_judged_month_by_month_has_the_looks_and_changes_of_one_judged_at_its_end():
    frame = strong(mean=2.2, rows=WHOLE + 300, live_from=START + pd.Timedelta(days=500))
    at_once = judged(frame)
    looks, changes = (), ()
    for now in pd.date_range(START, START + pd.Timedelta(days=WHOLE + 330), freq="30D"):
        step = judge_strategy(record(frame), now=now.to_pydatetime(), looks=looks, changes=changes)
        looks, changes = step.looks, step.changes
    assert (looks, changes) == (at_once.looks, at_once.changes)
    assert len(changes) >= 1


def test_a_look_knows_nothing_of_its_own_day_or_a_later_one():
    frame = strong(mean=1.0)
    first = judged(frame).looks
    cut = frame["day"] >= first[1].day
    frame.loc[cut, ["net", "buy_and_hold"]] = -0.5
    second = judged(frame).looks
    assert second[:2] == first[:2]
    assert second[2].t < first[2].t
    early = judged(strong(mean=1.0), now=first[1].day.to_pydatetime())
    assert early.looks == first[:2]
    a_day_before = (first[1].day - pd.Timedelta(seconds=1)).to_pydatetime()
    assert judged(strong(mean=1.0), now=a_day_before).looks == first[:1]


def test_more_strategies_raise_the_next_bound_and_leave_the_past_looks_alone():
    frame = strong(mean=1.0)
    month_twelve = (START + pd.DateOffset(months=12)).to_pydatetime()
    alone = judged(frame, now=month_twelve)
    crowd = judged(frame, looks=alone.looks, changes=alone.changes, peers=Peers.none(2))
    assert crowd.looks[:3] == alone.looks
    # At R 1 three looks have spent more than four may at R 2: the fourth has nothing left
    assert crowd.looks[3].bound is None
    assert crowd.looks[4].bound > judged(frame).looks[4].bound
    with pytest.raises(InvalidInput, match="1 strategies ever registered, at an earlier look"):
        judged(frame, looks=crowd.looks[:4], changes=crowd.changes)


def test_a_backfill_that_has_a_hole_or_begins_late_spends_nothing():
    frame = strong()
    hole = frame[frame["day"] != START + pd.Timedelta(days=100)]
    assert judged(hole).looks == ()
    newest_first = LookCalendar(START - pd.DateOffset(months=12))
    assert judged(frame, calendar=newest_first).looks == ()
    a_day_early = LookCalendar(START - pd.Timedelta(days=1))
    assert judged(frame, calendar=a_day_early).looks == ()
    # January to June: the first day counts as the last does
    from_the_start = judged(frame, calendar=LookCalendar(START)).looks[0]
    assert (from_the_start.number, from_the_start.days) == (1, 181)


def test_a_look_that_was_too_early_is_passed_over_and_leaves_its_part_to_the_next():
    trades = np.where(np.arange(WHOLE) < 250, 0, 2)
    found = judged(strong(mean=0.0, trades=trades))
    assert [look.number for look in found.looks] == [3, 4, 5]
    assert found.looks[0].bound < judged(strong(mean=0.0)).looks[2].bound


def test_what_only_follows_the_market_is_refused():
    held = noise(WHOLE, 4, mean=3.0)
    found = judged(market(held, held=held))
    assert found.state == "insufficient"
    assert found.looks[-1].t >= found.looks[-1].bound
    assert "earned nothing surely beside buy-and-hold" in found.sentence


def test_a_drawdown_beyond_the_limit_is_refused():
    values = noise(WHOLE, 1, mean=6.0)
    values[60:70] = -0.02
    strict = StrategyCriteria(max_drawdown=0.15)
    assert judged(market(values)).state == "candidate"
    found = judged(market(values), criteria=strict)
    assert found.state == "insufficient"
    assert "it had lost" in found.sentence
    assert "at most 15.0% is allowed" in found.sentence


def test_the_best_of_many_is_not_found_where_luck_makes_one_as_good():
    # As forty throws of some luck lie: the best shows 2.7 standard errors
    luck = [NormalDist().inv_cdf((number + 0.5) / 40) for number in range(40)]
    lucky = field(40) + 0.012 * np.array(luck) / np.sqrt(WHOLE)
    best = lucky.sum().idxmax()
    frame = market(days(np.zeros(20), lucky[best].to_numpy()))
    loose = StrategyCriteria(alpha=0.5, intercept_alpha=0.5)
    alone = judged(frame, criteria=loose)
    among = judged(frame, criteria=loose, peers=Peers(40, lucky.drop(columns=best)))
    assert alone.state == "candidate"
    last = among.looks[-1]
    assert among.state == "insufficient"
    assert last.t >= last.bound
    assert last.stepwise_t <= last.stepwise_critical
    assert "the best of the strategies shows by luck" in among.sentence


def test_live_days_promote_a_candidate_and_backfilled_ones_never_do():
    values = noise(WHOLE + 400, 2, mean=4.0)
    live = START + pd.Timedelta(days=WHOLE)
    found = judged(market(values, live_from=live))
    assert [change.after for change in found.changes] == ["candidate", "promoted"]
    assert found.changes[1].day > live
    assert found.numbers["live_wealth_highest"] >= found.numbers["live_bound"] == 20.0
    backfilled = judged(market(values))
    assert [change.after for change in backfilled.changes] == ["candidate"]
    assert backfilled.numbers["live_wealth"] == 1.0
    more = judged(market(values, live_from=live), peers=Peers.none(5))
    assert more.numbers["live_bound"] == 100.0


def test_who_is_refused_at_the_last_look_is_promoted_by_live_days_alone():
    values = days(noise(WHOLE, 3, mean=0.0), noise(500, 4, mean=5.0))
    live = START + pd.Timedelta(days=WHOLE)
    found = judged(market(values, live_from=live))
    [change] = found.changes
    assert (change.after, change.cause) == ("promoted", states.LATE_PROOF)
    assert len(found.looks) == 5


def test_a_broken_promise_suspends_and_live_days_since_promote_again_for_twice_as_much():
    values = days(noise(WHOLE, 1, mean=4.0), noise(700, 2, mean=-3.0), noise(700, 3, mean=6.0))
    live = START + pd.Timedelta(days=WHOLE)
    bad = judged(market(values[: WHOLE + 700], live_from=live))
    assert [change.after for change in bad.changes] == ["candidate", "suspended"]
    assert bad.changes[1].cause == states.BROKEN_PROMISE
    assert "earned less than half of what its record promised" in bad.sentence
    good = judged(market(values, live_from=live))
    assert [change.after for change in good.changes] == ["candidate", "suspended", "promoted"]
    assert good.numbers["live_bound"] == 40.0
    assert good.numbers["suspensions"] == 1


def test_losing_more_than_is_allowed_since_it_speaks_suspends_at_once():
    values = days(noise(WHOLE, 1, mean=5.0), [-0.3, -0.3, -0.3])
    found = judged(market(values), criteria=StrategyCriteria(suspension_alpha=1e-6))
    assert found.changes[-1].cause == states.DRAWDOWN
    assert found.changes[-1].day == START + pd.Timedelta(days=WHOLE + 2)
    assert "lost more from a peak" in found.sentence


def test_every_change_that_is_made_is_in_the_table():
    known = {(one.before, one.after, one.cause) for one in states.TRANSITIONS}
    for seed in range(12):
        dice = np.random.default_rng(seed)
        parts = [noise(400, [seed, n], mean=dice.normal(0, 5)) for n in range(4)]
        found = judged(market(days(*parts), live_from=START + pd.Timedelta(days=500)))
        assert states.state_after(found.changes) == found.state
        assert {(one.before, one.after, one.cause) for one in found.changes} <= known
        assert all(one.day <= other.day for one, other in pairwise(found.changes))


def test_who_is_retired_is_neither_looked_at_nor_changed():
    ended = (retired((), START + pd.Timedelta(days=10)),)
    found = judged(strong(), changes=ended)
    assert (found.state, found.looks, found.changes) == ("retired", (), ended)
    assert "retired: since 2023-01-11 by a person" in found.sentence


def test_a_market_that_loses_is_vetoed_in_a_strategy_that_is_believed():
    frames = [strong(mean=3, seed=seed, name=f"good {seed}") for seed in range(5)]
    found = judged(*frames, strong(mean=-6, seed=9, name="bad"))
    assert found.state == "candidate"
    assert found.numbers["vetoed_markets"] == ["bad"]
    assert found.sentence.endswith("; not in bad")


def test_everything_is_one_line_and_json_without_nan():
    for frame in (strong(), strong(rows=15), strong(mean=0.0), market(np.zeros(WHOLE))):
        found = judged(frame, peers=Peers(6, field(4)))
        assert "\n" not in found.sentence
        assert found.sentence.startswith(f"{found.state}: ")
        text = json.dumps(found.to_json(), allow_nan=False)
        assert json.loads(text)["state"] == found.state


def test_what_is_told_beside_it_decides_nothing():
    found = judged(strong(mean=2.0), peers=Peers(5, field(4)))
    assert 0.0 < found.numbers["deflated_sharpe"] < 1.0
    assert 0.0 <= found.numbers["overfitting"] <= 1.0
    assert found.numbers["annual_sharpe"] == pytest.approx(2.0, abs=0.3)
    alone = judged(strong(mean=2.0))
    assert alone.numbers["overfitting"] is None
    assert alone.numbers["next_look"] is None


def test_the_next_look_is_told_with_its_bound():
    now = (START + pd.DateOffset(months=7)).to_pydatetime()
    found = judged(strong(mean=0.0), now=now)
    assert found.numbers["next_look"]["number"] == 2
    assert found.numbers["next_look"]["day"] == "2023-10-01"
    assert found.numbers["next_look"]["bound"] == pytest.approx(2.5523, abs=1e-3)


def test_looks_that_were_not_made_by_this_calendar_or_in_order_are_refused():
    looks = judged(strong(mean=0.0)).looks
    with pytest.raises(InvalidInput, match="hand in the calendar that was laid down"):
        judged(strong(mean=0.0), looks=looks, calendar=LookCalendar(START + pd.Timedelta(days=20)))
    with pytest.raises(InvalidInput, match="look 1 follows on look 2"):
        judged(strong(mean=0.0), looks=looks[:2][::-1])
    with pytest.raises(InvalidInput, match="follows on look 1, which was passed"):
        judged(strong(mean=0.0), looks=[replace(looks[0], passed=True), *looks[1:]])


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(InvalidInput, match="has no time zone"):
        judged(strong(), now=datetime(2030, 1, 1))  # noqa: DTZ001


def test_others_with_a_record_are_counted_at_least():
    with pytest.raises(InvalidInput, match="4 strategies ever registered, and 5 have a record"):
        Peers(4, field(4))
