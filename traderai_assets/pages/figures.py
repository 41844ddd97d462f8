"""Charts and candles as data for the scripts, with a still picture for whoever runs none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from traderai_assets.domain.numbers import PRICE_DIGITS, significant
from traderai_assets.domain.pictures.candle_chart import candle_chart
from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.domain.pictures.svg import label, picture
from traderai_assets.pages.parts import Candles, Chart

MOST_MARKERS = 200
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
        "seconds": list(part.seconds),
        "names": [series.name for series in part.series],
        "values": [[_number(value) for value in series.values] for series in part.series],
        "unit": part.unit,
        "logarithmic": part.logarithmic,
    }
    lines = [
        Line(series.name, np.array([np.nan if v is None else v for v in series.values], float))
        for series in part.series
    ]
    return Figure(data, _still(list(part.seconds), lines, part.unit))


def _candles(part: Candles) -> Figure:
    kinds = list(dict.fromkeys(word for _, word in part.words))
    changes: list[tuple[int, int]] = []
    for seconds, word in part.words:
        if not changes or changes[-1][1] != kinds.index(word):
            changes.append((seconds, kinds.index(word)))
    colours = [WORD_COLOURS[index % len(WORD_COLOURS)] for index in range(len(kinds))]
    kept = sorted(part.markers, key=lambda one: one.seconds)[-MOST_MARKERS:]
    data = {
        "rows": [
            (row[0], *(significant(value, PRICE_DIGITS) for value in row[1:5]), _number(row[5]))
            for row in part.rows
        ],
        "markers": [(one.seconds, one.text, int(one.up), one.tone) for one in kept],
        "levels": [
            (first, last, significant(price, PRICE_DIGITS), name)
            for first, last, price, name in part.levels
        ],
        "words": changes,
        "kinds": kinds,
        "colours": colours,
        "until": part.words[-1][0] if part.words else None,
        "lines": [
            (line.name, [(at, _number(value)) for at, value in line.points]) for line in part.lines
        ],
    }
    still = _NOTHING
    if part.rows:
        bars = np.array([row[:5] for row in part.rows], float)
        still = candle_chart(bars[:, 0], bars[:, 1:], [(one.seconds, one.up) for one in kept])
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


def _number(value: float | None) -> float | None:
    if value is None or not np.isfinite(value):
        return None
    short = significant(float(value), 7)
    return int(short) if short == int(short) and abs(short) < 1e15 else short
