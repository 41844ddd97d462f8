"""The parts of a page, as data: what is shown, in which order, and nothing of how it looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Tone = Literal["plain", "good", "bad", "warn"]


@dataclass(frozen=True)
class Number:
    """One number or word that a person checks first.

    Attributes
    ----------
    label, value : str
        What it is, with its unit where it has one, and as it is read.
    note : str
        A few words under it: of what, since when, out of how many.
    tone : str
        How it is meant, shown by more than a colour.
    """

    label: str
    value: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Numbers:
    """A row of numbers."""

    numbers: Sequence[Number]


@dataclass(frozen=True)
class Words:
    """A paragraph of plain text; a list of lines where there are several."""

    lines: Sequence[str]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Link:
    """A cell or a line that leads elsewhere; `href` is a path of ours or of Dagster's UI."""

    text: str
    href: str


@dataclass(frozen=True)
class Bar:
    """A cell drawn as a bar: a share from 0 to 1, and what is written on it."""

    share: float
    text: str


@dataclass(frozen=True)
class Toned:
    """A cell with a tone."""

    text: str
    tone: Tone


@dataclass(frozen=True)
class Percent:
    """A cell with a share of one, shown in percent and saved as the share."""

    share: float


@dataclass(frozen=True)
class Sketch:
    """A cell with a sparkline of `domain/pictures`, "" is none; what it is of, in words."""

    svg: str
    text: str


Cell = str | int | float | None | Link | Bar | Toned | Percent | Sketch


@dataclass(frozen=True)
class Table:
    """Rows under columns; each can be saved as CSV and JSON from the page itself.

    Attributes
    ----------
    name : str
        In the file's name when it is saved: `drawdowns`.
    columns : sequence of str
        With units.
    rows : sequence of sequences of Cell
        A number is shown with six digits and saved whole; None is an empty cell.
    empty : str
        What is said where there are no rows.
    folded : bool
        Shown only when asked for.
    most : int or None
        Rows that stand on the page, the last ones; None is all. Its files have all of them.
    """

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    empty: str = "nothing yet"
    folded: bool = False
    most: int | None = None


@dataclass(frozen=True)
class Picture:
    """A still picture: SVG of `domain/pictures`."""

    title: str
    svg: str
    note: str = ""


@dataclass(frozen=True)
class Series:
    """One line of a chart; None where nothing is known."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """Lines over time that can be zoomed.

    Attributes
    ----------
    seconds : sequence of int
        Since 1970, UTC, increasing.
    series : sequence of Series
        One value a moment.
    logarithmic : bool
    """

    title: str
    seconds: Sequence[int]
    series: Sequence[Series]
    unit: str = ""
    logarithmic: bool = False
    note: str = ""


@dataclass(frozen=True)
class Marker:
    """Something that happened at a bar: an entry, an exit, a signal; `up` stands under the bar."""

    seconds: int
    text: str
    up: bool
    tone: Tone = "plain"


@dataclass(frozen=True)
class Trace:
    """A line under the candles: of each moment (seconds) a value, None where it is unknown."""

    name: str
    points: Sequence[tuple[int, float | None]]


@dataclass(frozen=True)
class Candles:
    """Candles with what happened on them, and a strip under them that says why bars were silent.

    Attributes
    ----------
    rows : sequence of (seconds, open, high, low, close, volume)
    markers : sequence of Marker
        More than about 200 overlap: the latest are kept.
    levels : sequence of (seconds from, seconds until, price, name)
        Stops, targets and bands of expiry.
    words : sequence of (seconds, reason)
        One a bar of the strip: the reason of silence, or the signal.
    lines : sequence of Trace
        What a model said of each bar, in a pane under the candles: a probability, an expectation.
    """

    title: str
    rows: Sequence[tuple[int, float, float, float, float, float]]
    markers: Sequence[Marker] = ()
    levels: Sequence[tuple[int, int, float, str]] = ()
    words: Sequence[tuple[int, str]] = ()
    note: str = ""
    lines: Sequence[Trace] = ()


Part = Numbers | Words | Table | Picture | Chart | Candles | Link


@dataclass(frozen=True)
class Section:
    """A stretch of a page with a name of its own, by which it is found and left out."""

    name: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Page:
    """A whole page.

    Attributes
    ----------
    about : str
        One line under the title: what this is of, and until when.
    sections : sequence of Section
    links : sequence of Link
        To other pages, in the order of a menu.
    facts : mapping
        Versions and ids, last on the page.
    """

    title: str
    about: str
    sections: Sequence[Section]
    links: Sequence[Link] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
