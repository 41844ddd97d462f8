"""Charts and candles as data for the scripts, with a still picture for whoever runs none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from traderai_assets.domain.numbers import significant
from traderai_assets.domain.pictures.candle_chart import Ohlc, candle_chart
from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.domain.pictures.svg import label, picture
from traderai_assets.pages.parts import Candles, Chart

MOST_MARKERS = 200
# Of what is drawn: tables have all digits
DIGITS, PRICE_DIGITS = 5, 6
# One a word, in the order in which words come first
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Points of a still picture, which nobody can zoom
MOST_STILL = 300
_NOTHING = picture(720, 40, [label(8, 24, "nothing yet", "start")])
# One each; more kinds than colours begin anew
WORD_COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
    "#56b4e9", "#8c6bb1", "#a6761d", "#7f7f7f", "#bdbdbd",
)  # fmt: skip


@dataclass(frozen=True)
class LegendEntry:
    """A colour and what it stands for."""

    colour: str
    text: str


@dataclass(frozen=True)
class Figure:
    """What a chart needs: data for the script, a still picture, and the legend of its strip."""

    data: dict[str, Any]
    still: str
    legend: Sequence[LegendEntry] = ()


def figure_of(part: Chart | Candles) -> Figure:
    """Return what stands on the page for a chart, or for candles."""
    return _chart(part) if isinstance(part, Chart) else _candles(part)


def _chart(part: Chart) -> Figure:
    data = {
        "seconds": _times(part.seconds),
        "names": [series.name for series in part.series],
        "values": [[_number(value) for value in series.values] for series in part.series],
        "unit": part.unit,
        "logarithmic": part.logarithmic,
    }
    kept = _spread(len(part.seconds), MOST_STILL)
    lines = [
        Line(series.name, np.array([_or_nan(series.values[i]) for i in kept], float))
        for series in part.series
    ]
    return Figure(data, _still([part.seconds[i] for i in kept], lines, part.unit))


def _candles(part: Candles) -> Figure:
    kinds = list(dict.fromkeys(word for _, word in part.words))
    letters = {at: _LETTERS[kinds.index(word) % len(_LETTERS)] for at, word in part.words}
    colours = [WORD_COLOURS[index % len(WORD_COLOURS)] for index in range(len(kinds))]
    kept = sorted(part.markers, key=lambda one: one.seconds)[-MOST_MARKERS:]
    data = {
        "seconds": _times([row[0] for row in part.rows]),
        "prices": [[_number(value, PRICE_DIGITS) for value in row[1:5]] for row in part.rows],
        "volumes": [_number(row[5], 3) for row in part.rows],
        "markers": [(one.seconds, one.text, int(one.up), one.tone) for one in kept],
        "levels": [
            (first, last, _number(price, PRICE_DIGITS), name)
            for first, last, price, name in part.levels
        ],
        "words": "".join(letters.get(row[0], " ") for row in part.rows) if kinds else "",
        "kinds": kinds,
        "colours": colours,
        "lines": [
            (line.name, [_number(known.get(row[0]), 4) for row in part.rows])
            for line, known in ((line, dict(line.points)) for line in part.lines)
        ],
    }
    still = _NOTHING
    if part.rows:
        seconds, *prices = np.array([row[:5] for row in part.rows], float).T
        candles = Ohlc((1_000 * seconds).astype("datetime64[ms]"), *prices)
        marks = [(one.seconds, one.up) for one in kept]
        still = candle_chart(candles, title=part.title, marks=marks)
    count = {kind: sum(word == kind for _, word in part.words) for kind in kinds}
    legend = [
        LegendEntry(f"var(--series-{index % 6})", line.name)
        for index, line in enumerate(part.lines)
    ]
    legend += [
        LegendEntry(colour, f"{kind}: {count[kind]} bars")
        for kind, colour in zip(kinds, colours, strict=True)
    ]
    return Figure(data, still, legend)


def _still(seconds: list[int], lines: list[Line], unit: str) -> str:
    if not seconds:
        return _NOTHING
    times = np.array(seconds, dtype="int64").astype("datetime64[s]")
    return line_chart(times, lines, title=unit)


def _times(seconds: Sequence[int]) -> dict[str, Any]:
    """Return moments as the first and the steps between them: one step where all are alike."""
    if not seconds:
        return {"first": 0, "count": 0, "steps": []}
    steps = np.diff(np.asarray(seconds, np.int64)).tolist()
    alike = len(set(steps)) <= 1
    return {"first": int(seconds[0]), "count": len(seconds), "steps": steps[:1] if alike else steps}


def _spread(count: int, most: int) -> list[int]:
    """Return at most so many places, evenly spread, the first and the last among them."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _number(value: float | None, digits: int = DIGITS) -> float | None:
    """Return a number as short as it can be drawn; None where there is none."""
    if value is None or not np.isfinite(value):
        return None
    short = significant(float(value), digits)
    return int(short) if short == int(short) and abs(short) < 1e15 else short
