import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.candles.quarantine import (
    MAX_RAW_LENGTH,
    merge_quarantine,
    no_quarantine,
    quarantine_frame,
    row_text,
)


def lines(ledger):
    return list(zip(ledger["reason"], ledger["raw"], strict=True))


def test_a_ledger_is_ordered_by_time_reason_and_text_whatever_came_first():
    ledger = quarantine_frame(np.array([np.nan, 600_000, 0, 0]), ["a", "a", "b", "a"], [1, 2, 3, 4])
    assert lines(ledger) == [("a", "4"), ("b", "3"), ("a", "2"), ("a", "1")]
    assert ledger["open_time"].isna().tolist() == [False, False, False, True]


def test_the_same_row_refused_again_is_one_line():
    one = quarantine_frame(np.array([0.0]), ["not_finite"], [[0, None]])
    two = quarantine_frame(np.array([0.0, 1.0]), ["not_finite"] * 2, [[0, None], [1, None]])
    assert len(merge_quarantine(one, two)) == 2
    assert merge_quarantine(one, two).equals(merge_quarantine(two, one))
    assert merge_quarantine(no_quarantine(), one).equals(one)


def test_a_long_row_is_cut_and_still_differs_from_its_neighbour():
    one, other = row_text(["x" * 9_000, 1]), row_text(["x" * 9_000, 2])
    assert len(one) == len(other) == MAX_RAW_LENGTH
    assert one != other
    assert row_text(["x" * 9_000, 1]) == one


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ([1, None, "a"], '[1, null, "a"]'),
        ([1, {2, 3}], '[1, "set"]'),
        ([1, {(2, 3): 4}], '[1, "dict"]'),
        ({(2, 3): 4}, '"unprintable dict"'),
        ([1.5, 10**5000], '[1.5, "int"]'),
    ],
)
def test_what_json_cannot_say_is_said_by_its_kind(row, text):
    assert row_text(row) == text


def test_a_row_that_contains_itself_has_a_text_too():
    row = [1, "a"]
    row.append(row)
    assert row_text(row) == '[1, "a", "list"]'


@given(st.recursive(st.none() | st.floats() | st.text() | st.integers(), st.lists, max_leaves=20))
def test_a_text_is_short_and_reads_back_unless_it_was_cut(row):
    text = row_text(row)
    assert len(text) <= MAX_RAW_LENGTH
    if len(text) < MAX_RAW_LENGTH:
        assert json.dumps(json.loads(text)) == text
