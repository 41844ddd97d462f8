"""docs/capacity_beside.md and docs/capacity_broken.md: live markets under strain."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.capacity.measured import median, percentile
from benchmarks.machine import machine
from benchmarks.table import markdown

BESIDE = """# Live markets beside heavy work

`python -m benchmarks.capacity.strain --form beside --home HOME --page`: 50 live markets of 5-minute
bars, first alone, then while 18 months of ten other live markets are backfilled and four models are
trained, over and over. Seconds from the close of a bar to the committed word of each of the 50; the
idle time between a word and the next close is skipped, so that the heavy work has less of it here
than in a day.

{closes}

The slowest hundredth waits {ratio:.2f} times as long. What became of the heavy work:

{heavy}

{machine}.
"""
BROKEN = """# Broken markets among two hundred

`python -m benchmarks.capacity.strain --form broken --home HOME --page`: of 200 live markets as many
are answered for falsely as there are ways, each in its own and all at once, bar after bar; the
others are counted: seconds from the close of a bar to the committed word.

{closes}

Two bars after the exchange answers truly again:

{healed}

{machine}.
"""


@dataclass(frozen=True)
class Closes:
    """Bars that closed, and when those that were awaited were spoken of.

    Attributes
    ----------
    what : str
        Under which circumstances.
    expected : int
        Words there should be.
    seconds : tuple of float
        Of each word there is, after its close.
    """

    what: str
    expected: int
    seconds: tuple[float, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of a table."""
        late = list(self.seconds) or [float("inf")]
        return (
            self.what,
            f"{len(self.seconds)} of {self.expected}",
            f"{median(late):.1f} s",
            f"{percentile(late, 0.99):.1f} s",
            f"{max(late):.1f} s",
        )

    @property
    def line(self) -> str:
        """For a person who waits."""
        what, said, p50, p99, worst = self.cells
        return f"{what}: {said} words, p50 {p50}, p99 {p99}, worst {worst}"


@dataclass(frozen=True)
class Heavy:
    """What became of the runs of a job; waits and works in seconds."""

    job: str
    runs: int
    succeeded: int
    longest_wait: float
    longest_work: float

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of a table."""
        return (
            self.job,
            f"{self.succeeded} of {self.runs}",
            f"{self.longest_wait:.0f} s",
            f"{self.longest_work:.0f} s",
        )

    @property
    def line(self) -> str:
        """For a person who waits."""
        job, done, waited, worked = self.cells
        return f"{job}: {done} runs succeeded, longest wait {waited}, longest work {worked}"


@dataclass(frozen=True)
class Healed:
    """Whether a market that was broken in a way has spoken of the newest bar since."""

    way: str
    speaks: bool

    @property
    def cells(self) -> tuple[str, str]:
        """A row of a table."""
        return self.way, "yes" if self.speaks else "not yet"

    @property
    def line(self) -> str:
        """For a person who waits."""
        return f"{self.way}: {'speaks again' if self.speaks else 'does not speak yet'}"


HEAD = ("", "words", "p50", "p99", "worst")


def beside_page(closes: Sequence[Closes], heavy: Sequence[Heavy]) -> str:
    """Write the page of heavy work as markdown; alone comes first."""
    alone, beside = (percentile(list(one.seconds), 0.99) for one in closes)
    rows = [("job", "runs that succeeded", "longest wait", "longest work")]
    return BESIDE.format(
        closes=markdown([HEAD, *(one.cells for one in closes)]),
        ratio=beside / alone,
        heavy=markdown([*rows, *(one.cells for one in heavy)]),
        machine=machine(),
    )


def broken_page(closes: Sequence[Closes], healed: Sequence[Healed]) -> str:
    """Write the page of broken markets as markdown."""
    return BROKEN.format(
        closes=markdown([HEAD, *(one.cells for one in closes)]),
        healed=markdown([("was broken", "speaks again"), *(one.cells for one in healed)]),
        machine=machine(),
    )
