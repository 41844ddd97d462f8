import threading
import time

import pytest

from traderai_assets.domain.search.timeout import run_within


def test_what_ends_in_time_is_returned_with_its_seconds():
    result, seconds = run_within(lambda: 42, 5.0, lambda: None, time.monotonic)
    assert result == 42
    assert 0.0 <= seconds < 5.0


def test_what_takes_too_long_is_given_up_and_waited_for_in_sight():
    release = threading.Event()
    ticks = []
    try:
        result, seconds = run_within(
            lambda: release.wait(30.0), 1.2, lambda: ticks.append(time.monotonic()), time.monotonic
        )
        assert result is None
        assert 1.2 <= seconds < 10.0
        assert len(ticks) >= 1
    finally:
        release.set()


def test_what_it_raises_is_raised_here():
    with pytest.raises(ZeroDivisionError):
        run_within(lambda: 1 / 0, 5.0, lambda: None, time.monotonic)


def test_who_waits_may_stop_waiting():
    release = threading.Event()

    def cancelled():
        raise KeyboardInterrupt

    try:
        with pytest.raises(KeyboardInterrupt):
            run_within(lambda: release.wait(30.0), 60.0, cancelled, time.monotonic)
    finally:
        release.set()
