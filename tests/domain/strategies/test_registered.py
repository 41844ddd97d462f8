"""The registry of strategies: the count never falls, and no id is counted twice."""

from datetime import UTC, datetime

from traderai_assets.domain.strategies.registered import (
    ever_registered,
    names_registered,
    registration_of,
    with_registered,
)
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.schemas.rows import validated_rows
from traderai_assets.schemas.strategies import STRATEGIES

FIRST, LATER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
FAST, SLOW = Strategy("fast", '{"a":1}'), Strategy("slow", '{"a":2}')


def test_each_id_is_counted_once_whatever_it_is_called():
    rows = with_registered(STRATEGIES.empty(), FAST, FIRST)
    rows = with_registered(rows, SLOW, LATER)
    renamed = Strategy("quick", FAST.settings)
    assert renamed.id == FAST.id
    rows = with_registered(rows, renamed, LATER)
    assert ever_registered(rows) == 2
    assert names_registered(rows) == ["fast", "quick", "slow"]
    found = registration_of(rows, FAST.id)
    assert (found.names, found.registered_at) == (("fast", "quick"), FIRST)
    assert len(validated_rows(STRATEGIES, rows)) == 3


def test_another_id_under_the_same_name_is_another_strategy():
    rows = with_registered(STRATEGIES.empty(), FAST, FIRST)
    rows = with_registered(rows, Strategy("fast", '{"a":3}'), LATER)
    assert ever_registered(rows) == 2
    assert registration_of(rows, SLOW.id) is None


def test_registering_again_changes_nothing():
    rows = with_registered(STRATEGIES.empty(), FAST, FIRST)
    assert with_registered(rows, FAST, LATER) is rows
