"""A periodic call runs beside the work, ends with it, and loses no error."""

import hashlib
import threading
import time

import pytest

from traderai_assets.runs.periodic import Periodic


def beating() -> bool:
    return any(thread.name == "periodic" for thread in threading.enumerate())


def test_it_beats_while_native_code_runs():
    beats: list[float] = []
    with Periodic(lambda: beats.append(time.monotonic()), 0.05):
        began = time.monotonic()
        hashlib.pbkdf2_hmac("sha256", b"", b"", 1_500_000)  # One call into C
        ended = time.monotonic()
    inside = [moment for moment in beats if began <= moment <= ended]
    assert ended - began > 0.15
    assert len(inside) >= 2


def test_it_ends_with_the_block_and_with_a_block_that_fails():
    with Periodic(lambda: None, 0.01):
        assert beating()
    assert not beating()
    with pytest.raises(ZeroDivisionError), Periodic(lambda: None, 0.01):
        _ = 1 / 0
    assert not beating()


def test_a_block_that_is_over_sooner_than_a_beat_is_not_held_up():
    began = time.monotonic()
    with Periodic(lambda: None, 30.0):
        pass
    assert time.monotonic() - began < 5.0


def test_an_error_of_a_beat_is_raised_when_the_block_ends():
    beats = []

    def fail() -> None:
        beats.append(1)
        raise KeyError("beat")

    with pytest.raises(KeyError, match="beat"), Periodic(fail, 0.01):
        time.sleep(0.1)
    assert beats == [1]


def test_an_error_of_the_block_is_not_replaced_by_one_of_a_beat():
    def fail() -> None:
        raise KeyError("beat")

    def work() -> None:
        time.sleep(0.1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Periodic(fail, 0.01):
        work()


def test_beats_that_take_longer_than_the_pause_do_not_pile_up():
    at_once, most = 0, 0

    def slow() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.05)
        at_once -= 1

    with Periodic(slow, 0.01):
        time.sleep(0.3)
    assert most == 1
