"""Watching: one look for all who are connected, and a word to those whose page has changed.

Nobody looks while nobody is connected. What a client is told is kept as one flag, so that a slow
one is told once of all that came meanwhile, and holds nobody up.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager

from traderai_assets.board.marks import Marks, digest_of

SECONDS_BETWEEN_LOOKS = 2.0
# A connection that died without a word is noticed by the next line that cannot be sent
SECONDS_BETWEEN_SIGNS = 15.0
MOST_LISTENERS = 200
_log = logging.getLogger(__name__)


class Listener:
    """One page that somebody has open."""

    def __init__(self, topics: frozenset[str], seen: str) -> None:
        self.topics, self.seen = topics, seen
        self._changed = asyncio.Event()

    def compare(self, marks: Marks) -> None:
        """Take note where the page was made of other marks than these."""
        digest = digest_of(marks, self.topics)
        if digest != self.seen:
            self.seen = digest
            self._changed.set()

    def wake(self) -> None:
        """Let whoever waits go on."""
        self._changed.set()

    async def changed(self) -> str | None:
        """Wait for a change; return what is seen then, None where there was none for a while."""
        try:
            async with asyncio.timeout(SECONDS_BETWEEN_SIGNS):
                await self._changed.wait()
        except TimeoutError:
            return None
        self._changed.clear()
        return self.seen


class Watcher:
    """Looks at the marks every two seconds, while somebody listens.

    Parameters
    ----------
    look : callable
        Returns the marks; called in a thread.
    """

    def __init__(self, look: Callable[[], Marks]) -> None:
        self._look = look
        self._listeners: set[Listener] = set()
        self._at_work: asyncio.Task[None] | None = None
        self._ended = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def close(self) -> None:
        """Let all who listen go: the process ends."""
        self._ended = True
        for listener in self._listeners:
            listener.wake()

    async def lines(self, topics: frozenset[str], seen: str) -> AsyncGenerator[str, None]:
        """Yield server-sent events: `changed`, with what is seen from then on.

        Parameters
        ----------
        topics : frozenset of str
            What the page shows.
        seen : str
            Digest of the marks that it was made of.
        """
        with self._listening(Listener(topics, seen)) as listener:
            yield "retry: 3000\n\n"
            while not self._ended:
                changed = await listener.changed()
                if self._ended:
                    return
                if changed is None:
                    yield ": still here\n\n"
                else:
                    yield f"id: {changed}\nevent: changed\ndata: {changed}\n\n"

    @contextmanager
    def _listening(self, listener: Listener) -> Iterator[Listener]:
        self._listeners.add(listener)
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._watch())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _watch(self) -> None:
        """Look until nobody listens; a look that fails is told in the log, and made again."""
        try:
            while self._listeners and not self._ended:
                try:
                    marks = await asyncio.to_thread(self._look)
                except Exception:  # noqa: BLE001  # told in the log, and tried again
                    _log.exception("the board cannot look for changes; it tries again")
                else:
                    for listener in self._listeners:
                        listener.compare(marks)
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        finally:
            self._at_work = None
