"""The table of `make bench`: one row for each thing timed against a peer in the same process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Ratio:
    """Two times of one run, side by side.

    Attributes
    ----------
    what : str
        The work both sides do.
    ours, peer : str
        What did it.
    ours_seconds, peer_seconds : float
        The best of several times, taken in turns.
    bound : str
        What was promised, for example "at least 30x" or "at most 1.25x".
    met : bool
        Whether it was kept in this run.
    note : str
        What a reader must know to judge the row.
    """

    what: str
    ours: str
    peer: str
    ours_seconds: float
    peer_seconds: float
    bound: str
    met: bool
    note: str = ""

    @property
    def measured(self) -> float:
        """Seconds over seconds, the way round that the bound reads."""
        if self.bound.startswith("at least"):
            return self.peer_seconds / self.ours_seconds
        return self.ours_seconds / self.peer_seconds


@dataclass(frozen=True)
class Row:
    """One thing timed in several runs, each in a process of its own; judged by the worst of them.

    Attributes
    ----------
    runs : sequence of Ratio
        The same work, sides and bound in each; at least one.
    """

    runs: Sequence[Ratio]

    @property
    def met(self) -> bool:
        """Whether every run kept what was promised."""
        return all(ratio.met for ratio in self.runs)

    @property
    def worst(self) -> Ratio:
        """The run that was nearest to breaking the promise, or furthest beyond."""
        return max(self.runs, key=lambda ratio: ratio.ours_seconds / ratio.peer_seconds)

    @property
    def best(self) -> Ratio:
        """The run that was furthest from breaking it."""
        return min(self.runs, key=lambda ratio: ratio.ours_seconds / ratio.peer_seconds)


def rows_of(runs: Sequence[Sequence[Ratio]]) -> list[Row]:
    """Put the same rows of several runs together.

    Raises
    ------
    ValueError
        If the runs did not measure the same.
    """
    rows = [Row(ratios) for ratios in zip(*runs, strict=True)]
    for row in rows:
        names = {(ratio.what, ratio.ours, ratio.peer, ratio.bound) for ratio in row.runs}
        if len(names) > 1:
            raise ValueError(f"one row measured different things: {sorted(names)}")
    return rows


def best_of(times: int, *sides: Callable[[], object]) -> list[float]:
    """Best time of each side in seconds; the sides take turns, so that both meet the same noise."""
    best = [float("inf")] * len(sides)
    for _ in range(times):
        for place, side in enumerate(sides):
            started = perf_counter()
            side()
            best[place] = min(best[place], perf_counter() - started)
    return best


def at_least(ratio: float) -> str:
    """Say that the peer takes at least `ratio` times as long as we do."""
    return f"at least {ratio:g}x"


def at_most(ratio: float) -> str:
    """Say that we take at most `ratio` times as long as the peer."""
    return f"at most {ratio:g}x"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
