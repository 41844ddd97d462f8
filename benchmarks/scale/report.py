"""docs/scale.md: what a home of very many partitions costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.machine import machine, versions
from benchmarks.table import markdown

# In seconds, of the rows whose name begins so
BOUNDS: Mapping[str, Mapping[str, float]] = {
    "definitions": {"": 5.0},
    "sensors": {"": 2.0},
    "web": {"asset page": 2.0, "backfill dialog": 2.0},
    "staleness": {"stale and not told": 0.0, "told and not stale": 0.0},
}
COUNTED = ("MB of", "partitions asked", "stale and not told", "told and not stale")
LIBRARIES = ("dagster", "dagster-webserver", "deltalake", "pandas")
PAGE = """# Many partitions

`python -m benchmarks.scale.run --home HOME --page`: {markets} markets of {months} months and two
strategies, {partitions:,} partitions of each monthly asset. One month of one market was really
made, its rows stand at the times of every other month, and Dagster remembers an event of each
partition. Each part is measured in a process of its own, which knows nothing at first.

{tables}

`stale and not told`, `told and not stale`: candles of a few months were told anew; asked were all
features that were made of these, and a sample of others.

{machine}; {versions}.
"""


@dataclass(frozen=True)
class Line:
    """One number: seconds, or a count where the name says so."""

    part: str
    name: str
    value: float
    bound: float | None

    @property
    def holds(self) -> bool:
        """Whether it is within its bound."""
        return self.bound is None or self.value <= self.bound

    @property
    def told(self) -> str:
        """The number for a person."""
        if self.name.startswith(COUNTED):
            return f"{self.value:,.0f}"
        return f"{self.value * 1000:.1f} ms" if self.value < 0.1 else f"{self.value:.2f} s"

    @property
    def text(self) -> str:
        """For a person who waits."""
        asked = "" if self.bound is None else f" (at most {self.bound:g})"
        return f"{self.part}: {self.name}: {self.told}{asked}{'' if self.holds else '  NOT MET'}"


def lines(part: str, found: Mapping[str, float]) -> Iterator[Line]:
    """Yield the numbers of a part, each with its bound."""
    bounds = BOUNDS.get(part, {})
    for name, value in found.items():
        bound = next((most for begin, most in bounds.items() if name.startswith(begin)), None)
        yield Line(part, name, value, bound)


def scale_page(found: Sequence[Line], markets: int, months: int) -> str:
    """Write the page as markdown."""
    parts: dict[str, list[Line]] = {}
    for line in found:
        parts.setdefault(line.part, []).append(line)
    head = ("", "measured", "at most")
    tables = "\n\n".join(
        f"## {part.capitalize()}\n\n"
        + markdown(
            [
                head,
                *(
                    (one.name, one.told, "" if one.bound is None else f"{one.bound:g}")
                    for one in some
                ),
            ]
        )
        for part, some in parts.items()
    )
    return PAGE.format(
        markets=markets,
        months=months,
        partitions=markets * months,
        tables=tables,
        machine=machine(),
        versions=versions(LIBRARIES),
    )
