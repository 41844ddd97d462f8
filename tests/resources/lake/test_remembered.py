"""An answer is worked out once a version, and what failed is not remembered."""

import pytest

from resources.lake.remembered import Remembered


def test_an_answer_is_worked_out_once_a_version():
    asked = []
    remembered = Remembered(10)
    for version in ("a", "b", "a", "b"):
        assert remembered.of(version, lambda: asked.append(None) or len(asked)) is not None
    assert len(asked) == 2


def test_none_is_an_answer_too():
    remembered = Remembered(10)
    assert remembered.of("a", lambda: None) is None
    assert remembered.of("a", lambda: pytest.fail("it was worked out again")) is None


def test_what_failed_is_worked_out_again():
    remembered = Remembered(10)
    with pytest.raises(ZeroDivisionError):
        remembered.of("a", lambda: 1 / 0)
    assert remembered.of("a", lambda: 1) == 1


def test_what_was_asked_for_longest_ago_goes_first():
    remembered = Remembered(2)
    for version in ("a", "b", "a", "c"):
        remembered.of(version, lambda version=version: version)
    assert remembered.of("a", lambda: "anew") == "a"
    assert remembered.of("b", lambda: "anew") == "anew"
