"""Slots and tag limits of the run queue, and who holds them.

As Dagster's `TagConcurrencyLimitsCounter` counts them. Which classes there are is not known here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from traderai_assets.domain.errors import InvalidSettings


@dataclass(frozen=True)
class TagLimit:
    """How many runs with one tag may run at once, as `tag_concurrency_limits` says it.

    Attributes
    ----------
    key : str
        The tag's key.
    most : int
        How many may run at once.
    value : str or None
        Only runs with this value count; None: runs with any value, together.
    per_value : bool
        Runs of each value count by themselves (`applyLimitPerUniqueValue`).
    """

    key: str
    most: int
    value: str | None = None
    per_value: bool = False

    def __post_init__(self) -> None:
        """Refuse what Dagster cannot say."""
        if self.per_value and self.value is not None:
            raise InvalidSettings(
                f"the limit of {self.key} names value {self.value!r} and counts per value; "
                "drop one of the two"
            )


Place = tuple[int, str | None]
"""Where a run is counted: the limit's number, and the value of the tag where that is counted."""


@dataclass(frozen=True)
class QueueRun:
    """A run as the queue sees it."""

    run_id: str
    priority: int
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Limits:
    """How many runs may run at once: in all, and with which tags."""

    slots: int
    tags: tuple[TagLimit, ...]

    def places(self, run: QueueRun) -> list[Place]:
        """Return every place in which `run` counts, in the order of the limits."""
        found = [
            (number, value if limit.per_value else None)
            for key, value in run.tags.items()
            for number, limit in self._of_key.get(key, ())
            if limit.value is None or limit.value == value
        ]
        return sorted(found, key=lambda place: place[0])

    @cached_property
    def _of_key(self) -> dict[str, list[tuple[int, TagLimit]]]:
        # Of two limits of one kind the later counts, as in Dagster
        last = {(limit.key, limit.value, limit.per_value): n for n, limit in enumerate(self.tags)}
        of_key = defaultdict(list)
        for number in last.values():
            of_key[self.tags[number].key].append((number, self.tags[number]))
        return dict(of_key)


class Occupancy:
    """Which runs hold which places; a run comes in only where all of its places have room."""

    def __init__(self, limits: Limits, running: Iterable[QueueRun]) -> None:
        self._limits = limits
        self._held: dict[Place, list[str]] = defaultdict(list)
        # What runs is counted whether or not it should: a limit may have been lowered since.
        for run in running:
            self._enter(limits.places(run), run.run_id)

    def admit(self, run: QueueRun) -> bool:
        """Let `run` in, unless a place of its is full; return whether it is in."""
        places = self._limits.places(run)
        for place in places:
            if len(self._held[place]) >= self._limits.tags[place[0]].most:
                return False
        self._enter(places, run.run_id)
        return True

    def obstacle(self, run: QueueRun) -> tuple[TagLimit, tuple[str, ...]] | None:
        """Return the first full limit of `run`, and who holds it; None where it could come in."""
        for place in self._limits.places(run):
            limit, held = self._limits.tags[place[0]], self._held[place]
            if len(held) >= limit.most:
                return limit, tuple(held)
        return None

    def _enter(self, places: Iterable[Place], run_id: str) -> None:
        for place in places:
            self._held[place].append(run_id)
