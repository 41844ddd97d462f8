"""The line of a run's progress: written and read in one place, also as eb790f2 wrote it."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain import progress_line
from traderai_assets.domain.progress_line import (
    FAILED,
    FINISHED,
    LINE_TAG,
    PROGRESS_TAG,
    RUNNING,
    STATE_TAG,
    ProgressLine,
)

REPOSITORY = Path(__file__).parents[2]
ENDS = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
LINES = st.builds(
    ProgressLine,
    st.text(),
    st.none() | st.integers(0, 100),
    st.sampled_from([RUNNING, FINISHED, FAILED]),
    st.none() | st.just(ENDS),
)


def test_people_read_what_where_and_until_when():
    line = ProgressLine("2026-06 search fold 3/5", 42, RUNNING, ENDS)
    assert line.text == "2026-06 search fold 3/5 42%, ends 14:00:00 UTC"
    assert line.where == "2026-06 search fold 3/5 42%"
    assert ProgressLine("month 3/12", None, FAILED).text == "failed at month 3/12"


@given(LINES)
def test_what_a_run_carries_is_read_back_whatever_stands_in_it(line):
    found = ProgressLine.of_tags(line.tags())
    assert found == (line if line.text else None)


def test_a_comma_in_what_is_done_is_no_border():
    line = ProgressLine("2026-06 search, second of two", 7, RUNNING)
    assert ProgressLine.of_tags(line.tags()).where == "2026-06 search, second of two 7%"


@pytest.mark.parametrize(
    ("text", "state", "expected"),
    [
        ("2026-06 search fold 3/5 42%, ends 14:00:00 UTC", "running",
         ProgressLine("2026-06 search fold 3/5", 42, RUNNING)),
        ("failed at 2026-06 search fold 3/5 trial 7/20 best 1.23 42%", "failed",
         ProgressLine("2026-06 search fold 3/5 trial 7/20 best 1.23", 42, FAILED)),
        ("month 4/4 100%", "finished", ProgressLine("month 4/4", 100, FINISHED)),
        ("at it", "", ProgressLine("at it", None, RUNNING)),
    ],
)  # fmt: skip
def test_tags_of_runs_made_before_there_was_a_value_are_read(text, state, expected):
    tags = {PROGRESS_TAG: text, STATE_TAG: state}
    assert ProgressLine.of_tags(tags) == expected


def test_a_text_that_was_set_later_than_the_value_is_believed_and_no_text_says_nothing():
    tags = ProgressLine("2026-06 search", 42, RUNNING).tags()
    assert ProgressLine.of_tags(tags | {PROGRESS_TAG: "month 3/12 25%"}).where == "month 3/12 25%"
    assert ProgressLine.of_tags(dict.fromkeys(tags, "")) is None
    assert ProgressLine.of_tags({}) is None


@pytest.mark.parametrize("value", ["", "null", "[]", "{}", '{"percent": "many"}', "[" * 100_000])
def test_a_value_that_is_none_leaves_the_text_to_be_read(value):
    tags = {PROGRESS_TAG: "month 3/12 25%", LINE_TAG: value}
    assert ProgressLine.of_tags(tags) == ProgressLine("month 3/12", 25, RUNNING)


def test_the_tags_of_progress_are_named_in_one_file():
    files = (
        file
        for room in ("traderai_assets", "resources", "sensors")
        for file in (REPOSITORY / room).rglob("*.py")
        if file != Path(progress_line.__file__)
    )
    named = [
        f"{file.relative_to(REPOSITORY)}:{node.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and str(node.value).startswith(PROGRESS_TAG)
    ]
    assert named == []
