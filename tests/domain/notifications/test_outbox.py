"""What waits is delivered oldest first, to each by itself, and ever more rarely in trouble."""

from datetime import UTC, datetime, timedelta

import pytest

from traderai_assets.domain.notifications.facts import Fact, message_of
from traderai_assets.domain.notifications.memory import Memory
from traderai_assets.domain.notifications.outbox import (
    FIRST_REST,
    GIVEN_UP_AFTER,
    LONGEST_REST,
    MOST_WAITING,
    Outbox,
)
from traderai_assets.domain.notifications.rule import Told

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


def message(name):
    return message_of([Fact(name, "verdict", name, "said", "look", NOON)])


def filled(*names, to=("one", "two")):
    return Outbox().put([message(name) for name in names], to, NOON)


def test_each_destination_is_told_by_itself_and_the_oldest_first():
    outbox = filled("a", "b")
    first = outbox.next_for("one", NOON)
    assert first.name == "a"
    outbox = outbox.delivered(first, "one")
    assert (outbox.next_for("one", NOON).name, outbox.next_for("two", NOON).name) == ("b", "a")
    for destination in ("one", "two", "two"):
        outbox = outbox.delivered(outbox.next_for(destination, NOON), destination)
    assert outbox == Outbox()


def test_one_that_does_not_answer_rests_twice_as_long_each_time_and_holds_up_no_other():
    outbox = filled("a")
    rests = []
    now = NOON
    for _ in range(12):
        outbox = outbox.failed("one", "answered with 500", now)
        rests.append(outbox.troubles["one"].next_try - now)
        assert outbox.next_for("one", now) is None
        assert outbox.next_for("two", now).name == "a"
        now = outbox.troubles["one"].next_try
        assert outbox.next_for("one", now).name == "a"
    assert rests[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST]
    assert rests[-1] == LONGEST_REST
    assert outbox.troubles["one"].since == NOON
    assert outbox.delivered(message("a"), "one").troubles == {}


def test_what_waited_too_long_is_given_up_and_counted():
    old = filled("a")
    late = old.put([message("b")], ("one",), NOON + GIVEN_UP_AFTER)
    assert [one.message.name for one in late.letters] == ["b"]
    assert late.lost == 1
    many = filled(*(str(number) for number in range(MOST_WAITING + 3)))
    assert (len(many.letters), many.lost, many.letters[0].message.name) == (MOST_WAITING, 3, "3")


def test_a_destination_that_is_named_no_more_is_forgotten():
    outbox = filled("a").failed("two", "gone", NOON).only_for(["one"])
    assert outbox.letters[0].to == ("one",)
    assert outbox.troubles == {}
    assert filled("a").only_for([]).letters == ()


def test_what_is_kept_is_read_as_it_was_written():
    fact = Fact("x", "drift", "it", "moved", "wait", NOON)
    told = Told(("x", "y"), {"drift": NOON}, (fact,))
    outbox = filled("a", "b").failed("one", "answered with 500", NOON)
    memory = Memory(NOON, NOON + timedelta(minutes=1), told, outbox)
    assert Memory.parse(memory.text()) == memory


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json", '{"runs_until": 3}'])
def test_what_nobody_can_read_is_begun_anew(text):
    assert Memory.parse(text) is None
