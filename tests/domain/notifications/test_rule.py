"""Each fact is told once, a kind rarely, many at once in one message, and none is dropped."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.notifications.facts import MOST_LISTED, Fact, message_of
from traderai_assets.domain.notifications.kinds import (
    BACKFILL_FAILED,
    KIND_NAMES,
    MARKET_SILENT,
    VERDICT,
)
from traderai_assets.domain.notifications.rule import MOST_REMEMBERED, Told, news

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
COOL = timedelta(minutes=30)


def fact(name, kind=MARKET_SILENT):
    return Fact(name, kind.name, f"about {name}", f"{name} happened", "look there", NOON)


def tell(facts, told=None, now=NOON, **changes):
    limits = {"kinds": KIND_NAMES, "cool_down": COOL, "most": 3} | changes
    return news(facts, told or Told(), now, **limits)


def names(messages):
    return [[one.name for one in message.facts] for message in messages]


def test_a_fact_is_told_once_however_often_it_is_found():
    messages, told = tell([fact("a")])
    assert names(messages) == [["a"]]
    assert tell([fact("a")], told, NOON + 9 * COOL)[0] == []


def test_what_comes_within_the_cool_down_of_its_kind_is_told_together_after_it():
    _, told = tell([fact("a")])
    for minutes, name in ((1, "b"), (2, "c")):
        messages, told = tell([fact(name)], told, NOON + timedelta(minutes=minutes))
        assert messages == []
    messages, told = tell([], told, NOON + timedelta(minutes=29))
    assert messages == []
    messages, told = tell([], told, NOON + COOL)
    assert names(messages) == [["b", "c"]]
    assert messages[0].title == "TraderAI: A market has gone silent, 2 times"
    assert told.held == ()


def test_another_kind_does_not_wait_for_it():
    _, told = tell([fact("a")])
    messages, _ = tell([fact("b", BACKFILL_FAILED)], told, NOON + timedelta(seconds=1))
    assert names(messages) == [["b"]]


def test_more_at_once_than_are_allowed_are_one_message_of_the_worst_severity():
    facts = [fact("a"), fact("b"), fact("c", VERDICT), fact("d", BACKFILL_FAILED)]
    [message] = tell(facts)[0]
    assert (message.title, message.severity) == ("TraderAI: 4 news", "failure")
    assert message.body.splitlines()[0] == "a happened; look there"
    assert len(tell(facts, most=4)[0]) == 4


def test_a_kind_that_nobody_wants_is_taken_for_told():
    messages, told = tell([fact("a"), fact("b", VERDICT)], kinds=(VERDICT.name,))
    assert names(messages) == [["b"]]
    assert tell([fact("a")], told, NOON + 9 * COOL)[0] == []


def test_what_was_there_before_is_no_news():
    assert tell([fact("a")], Told().known(["a"]))[0] == []


def test_a_digest_says_how_many_it_does_not_list():
    message = message_of([fact(str(number)) for number in range(MOST_LISTED + 7)])
    lines = message.body.splitlines()
    assert len(lines) == MOST_LISTED + 1
    assert lines[-1].startswith("and 7 more: ")


def test_a_line_of_a_fact_acts_on_no_terminal_and_stays_one_line():
    nasty = Fact("x", "verdict", "y", "first\nsecond \x1b[31m", "end", NOON)
    assert nasty.line == r"first second \x1b[31m; end"


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.sampled_from(KIND_NAMES)), max_size=8),
        max_size=12,
    ),
    st.integers(1, 5),
)
def test_whatever_comes_each_fact_is_told_exactly_once_in_the_end(looks, most):
    told, sent = Told(), []
    now = NOON
    found = {}
    for look in [*looks, [], []]:
        facts = [
            Fact(f"{number}:{kind}", kind, "it", "happened", "look", NOON) for number, kind in look
        ]
        found |= {one.name: one for one in facts}
        messages, told = tell(facts, told, now, most=most)
        sent += [one.name for message in messages for one in message.facts]
        now += timedelta(minutes=20)
    assert sorted(sent) == sorted(found)


def test_the_oldest_names_are_forgotten_first():
    told = Told().known(str(number) for number in range(MOST_REMEMBERED + 5))
    assert len(told.names) == MOST_REMEMBERED
    assert told.names[0] == "5"
