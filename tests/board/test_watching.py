"""One look for all who listen; each is told of what its page shows, and once."""

import asyncio

import pytest

from traderai_assets.board import watching
from traderai_assets.board.marks import digest_of
from traderai_assets.board.watching import Listener, Watcher

RUNS = frozenset({"runs"})


def test_a_listener_is_woken_by_its_own_topics_alone():
    async def told():
        listener = Listener(RUNS, digest_of({"runs": 1}, RUNS))
        listener.compare({"runs": 1, "models": 1})
        listener.compare({"runs": 1, "models": 2})
        before = listener.seen
        listener.compare({"runs": 2, "models": 2})
        return before, await asyncio.wait_for(listener.changed(), 1)

    before, after = asyncio.run(told())
    assert before == digest_of({"runs": 1}, RUNS)
    assert after == digest_of({"runs": 2}, RUNS)


def test_what_came_while_a_listener_was_slow_is_told_once_and_as_it_is_now():
    async def told(monkeyed):
        listener = Listener(RUNS, "")
        for number in range(100):
            listener.compare({"runs": number})
        first = await listener.changed()
        monkeyed.setattr(watching, "SECONDS_BETWEEN_SIGNS", 0.01)
        return first, await listener.changed()

    with pytest.MonkeyPatch.context() as patch:
        assert asyncio.run(told(patch)) == (digest_of({"runs": 99}, RUNS), None)


def test_nobody_looks_while_nobody_listens_and_a_look_that_fails_is_made_again(monkeypatch):
    monkeypatch.setattr(watching, "SECONDS_BETWEEN_LOOKS", 0.01)
    looks = []

    def look():
        looks.append(len(looks))
        if len(looks) == 1:
            raise OSError("the disk is away")
        return {"runs": len(looks)}

    async def listened():
        watcher = Watcher(look)
        await asyncio.sleep(0.05)
        none = len(looks)
        lines = watcher.lines(RUNS, "")
        got = [await anext(lines) for _ in range(3)]
        one = watcher.listeners
        await lines.aclose()
        await asyncio.sleep(0.05)
        after = len(looks)
        await asyncio.sleep(0.05)
        return none, got, one, watcher.listeners, len(looks) - after

    none, got, one, left, more = asyncio.run(listened())
    assert (none, one, left, more) == (0, 1, 0, 0)
    assert got[0].startswith("retry:")
    assert all("event: changed\n" in line and line.endswith("\n\n") for line in got[1:])


def test_who_listens_is_let_go_when_the_process_ends():
    async def ended():
        watcher = Watcher(lambda: {"runs": 1})
        lines = watcher.lines(RUNS, digest_of({"runs": 1}, RUNS))
        await anext(lines)
        waiting = asyncio.create_task(anext(lines, None))
        await asyncio.sleep(0.05)
        watcher.close()
        return await asyncio.wait_for(waiting, 1)

    assert asyncio.run(ended()) is None
