"""Which markets go into which shard, and when one is asked for again: soon, and not at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.freshness.live_ticks import (
    FIRST_REST,
    MOST_CONTESTED_SHARDS,
    AskedBefore,
    seconds_to_close,
    shard_key,
    shards,
)

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
BAR = timedelta(minutes=5)
KEYS = st.lists(
    st.builds(
        "{}.M{:03d}-USDT.5m".format, st.sampled_from(["binance", "kraken"]), st.integers(0, 400)
    ),
    unique=True,
)


@given(KEYS, st.integers(1, 100))
def test_every_market_is_in_one_shard_of_its_exchange_and_none_is_too_large(keys, most):
    found = shards(keys, most)
    assert sorted(key for shard in found for key in shard) == sorted(keys)
    for shard in found:
        assert 0 < len(shard) <= most
        assert len({key.partition(".")[0] for key in shard}) == 1


@given(KEYS, st.integers(1, 100))
def test_shards_are_as_few_and_as_even_as_can_be(keys, most):
    found = shards(keys, most)
    for exchange in ("binance", "kraken"):
        own = [key for key in keys if key.startswith(exchange)]
        sizes = [len(shard) for shard in found if shard[0].startswith(exchange)]
        assert len(sizes) == -(-len(own) // most)
        assert not sizes or max(sizes) - min(sizes) <= 1


def test_the_order_in_which_markets_are_found_decides_nothing():
    keys = [f"binance.M{number:03d}-USDT.5m" for number in range(60)]
    assert shards(keys, 25) == shards(keys[::-1], 25)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 50))
def test_markets_that_another_writer_waits_for_stand_in_few_shards_of_their_own(free, alone, most):
    keys = [f"binance.M{number:03d}" for number in range(free + alone)]
    contested = keys[::2][:alone]
    found = shards(keys, most, contested=contested)
    assert sorted(key for shard in found for key in shard) == keys
    apart = [shard for shard in found if set(shard) & set(contested)]
    assert all(set(shard) <= set(contested) for shard in apart)
    assert max(map(len, found), default=0) <= most
    assert len(apart) <= max(MOST_CONTESTED_SHARDS, -(-len(contested) // most))


def test_the_same_markets_and_causes_have_one_key_and_another_try_another():
    causes = {"a": "1", "b": "2"}
    key = shard_key(causes, {"a": 1, "b": 1})
    assert key == shard_key(dict(reversed(causes.items())), {"b": 1, "a": 1})
    assert key != shard_key(causes, {"a": 2, "b": 1})
    assert key != shard_key({"a": "1", "b": "3"}, {"a": 1, "b": 1})


def test_another_cause_is_asked_for_at_once_and_the_same_one_after_a_rest_that_doubles():
    asked = AskedBefore()
    assert asked.may_ask("a", "bar 1", NOW, BAR)
    asked.note({"a": "bar 1"}, NOW)
    assert asked.may_ask("a", "bar 2", NOW, BAR)
    assert not asked.may_ask("a", "bar 1", NOW + FIRST_REST / 2, BAR)
    assert asked.may_ask("a", "bar 1", NOW + FIRST_REST, BAR)
    asked.note({"a": "bar 1"}, NOW + FIRST_REST)
    assert not asked.may_ask("a", "bar 1", NOW + 2 * FIRST_REST, BAR)
    assert asked.may_ask("a", "bar 1", NOW + 3 * FIRST_REST, BAR)


@pytest.mark.parametrize("times", [1, 5, 50, 5_000])
def test_however_often_it_was_asked_for_a_market_rests_for_a_bar_at_most(times):
    asked = AskedBefore()
    for _ in range(times):
        asked.note({"a": "bar 1"}, NOW)
    assert asked.may_ask("a", "bar 1", NOW + BAR, BAR)


def test_a_clock_that_was_set_back_keeps_nobody_waiting():
    asked = AskedBefore()
    asked.note({"a": "bar 1"}, NOW)
    assert asked.may_ask("a", "bar 1", NOW - timedelta(days=1), BAR)


def test_what_was_asked_for_is_read_back_as_it_was_written():
    asked = AskedBefore()
    asked.note({"a": "bar 1", "b": "bar 1"}, NOW)
    asked.note({"a": "bar 1"}, NOW + BAR)
    assert AskedBefore.parse(asked.text()) == asked
    asked.forget_all_but(["b"])
    assert list(AskedBefore.parse(asked.text()).of) == ["b"]


@pytest.mark.parametrize("text", [None, "", "no json", "[1]", '{"a": 1}', '{"a": [1]}', "3"])
def test_a_cursor_that_cannot_be_read_only_asks_once_too_often(text):
    assert AskedBefore.parse(text).may_ask("a", "bar 1", NOW, BAR)


def test_the_next_close_is_told_with_its_grace():
    grace = timedelta(seconds=5)
    assert seconds_to_close(NOW, [BAR], grace) == 5
    assert seconds_to_close(NOW + grace, [BAR], grace) == 0
    assert seconds_to_close(NOW + timedelta(seconds=6), [BAR], grace) == 299
    assert seconds_to_close(NOW + timedelta(seconds=6), [BAR, timedelta(minutes=1)], grace) == 59
    assert seconds_to_close(NOW, [], grace) == float("inf")
