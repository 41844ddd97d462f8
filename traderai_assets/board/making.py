"""Making pages: each once for all who ask at the same time, and never more than two at once.

A page that is costly is made the less often, whatever changes meanwhile: it must not take from the
live work what it shows of it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

# Two cores are a machine of ours: pages wait for each other, and not the live work for pages
MOST_AT_ONCE = 2
# What is told by the clock alone, as an age, may be so old
SECONDS_GOOD_FOR = 5.0
# Of the time that it takes to make: at most a tenth of one core goes into one page
COST_FACTOR = 10.0
_MOST_KEPT = 64
Key = tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A page that was made.

    Attributes
    ----------
    html : str
    status : int
        Of HTTP.
    seen : str
        Digest of the marks that it was made of.
    at, took : float
        When, by the monotonic clock, and how long that was, in seconds.
    """

    html: str
    status: int
    seen: str
    at: float
    took: float

    def is_good(self, seen: str, now: float) -> bool:
        """Whether it may be shown where the marks are `seen` by now."""
        age = now - self.at
        return age < self.took * COST_FACTOR or (seen == self.seen and age < SECONDS_GOOD_FOR)


class Maker:
    """Makes pages in threads, and keeps each for some seconds while nothing of it has changed."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(MOST_AT_ONCE)
        self._kept: OrderedDict[Key, Made] = OrderedDict()
        self._at_work: dict[Key, asyncio.Task[Made]] = {}
        self.made = 0

    async def page(self, key: Key, seen: str, make: Callable[[], tuple[str, int]]) -> Made:
        """Return the page of a key, made now or a moment ago.

        Parameters
        ----------
        key : tuple of str
            What was asked.
        seen : str
            Digest of the marks that it is made of.
        make : callable
            Returns HTML and status; called in a thread, for one of those who ask at once.
        """
        kept = self._kept.get(key)
        if kept is not None and kept.is_good(seen, monotonic()):
            return kept
        if key not in self._at_work:
            self._at_work[key] = asyncio.create_task(self._make(key, seen, make))
        # Whoever goes away does not take the page from the others
        return await asyncio.shield(self._at_work[key])

    async def _make(self, key: Key, seen: str, make: Callable[[], tuple[str, int]]) -> Made:
        try:
            async with self._free:
                began = monotonic()
                html, status = await asyncio.to_thread(make)
            made = Made(html, status, seen, monotonic(), monotonic() - began)
            self.made += 1
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return made
        finally:
            del self._at_work[key]
