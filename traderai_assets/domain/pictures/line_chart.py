"""A line chart over time, with axes, a legend and, where asked for, a filled ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.scale import (
    Scale,
    bounds,
    ratio_ticks,
    round_ticks,
    time_ticks,
)
from traderai_assets.domain.pictures.svg import element, label, picture, place

WIDTH, HEIGHT = 720, 280
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 34, 26
# The colour-blind palette of Okabe and Ito, without its yellow and black
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MOST_POINTS = 2 * (WIDTH - LEFT - RIGHT)


@dataclass(frozen=True)
class Line:
    """One series.

    Attributes
    ----------
    name : str
    values : array of shape (n,)
        One for each moment; NaN breaks the line.
    filled : bool
        Fill what lies between it and zero.
    """

    name: str
    values: NDArray[np.float64]
    filled: bool = False


def line_chart(
    times: NDArray[np.datetime64],
    lines: Sequence[Line],
    *,
    title: str,
    unit: str = "",
    marks: NDArray[np.datetime64] | None = None,
    logs_from: float | None = None,
    most_points: int = MOST_POINTS,
) -> str:
    """Return a picture of series over one time axis, on a white ground of its own.

    Parameters
    ----------
    times : array of datetime64, shape (n,)
        Increasing, UTC. More than `most_points` are thinned out: the first, the least, the greatest
        and the last of each stretch stay.
    lines : sequence of Line
        At most six are told apart by colour.
    title : str
    unit : str
        Written after the title.
    marks : array of datetime64, optional
        Moments that get an upright line; those beyond the first and the last are left out.
    logs_from : float, optional
        If given, above 0: equal ratios are equally far apart, as of accounts and prices, and what
        is less than this stands at the ground.

    most_points : int
        Of a line; longer ones are thinned. Less than two a pixel make a picture of fewer bytes.

    Raises
    ------
    ValueError
        If a line has another length than `times`, or there is no moment.
    """
    if not len(times) or any(len(line.values) != len(times) for line in lines):
        raise ValueError(
            f"a chart needs one value a moment: {len(times)} moments, "
            f"{[len(line.values) for line in lines]} values"
        )
    seconds = times.astype("datetime64[ms]").astype(np.float64) / 1000.0
    every = np.concatenate([line.values for line in lines]) if lines else np.array([0.0])
    low, high = bounds(every, include=0.0 if any(line.filled for line in lines) else None)
    if logs_from is not None:
        low = max(low, logs_from)
        high = max(high, low * 1.01)
    across = Scale(seconds[0], max(seconds[-1], seconds[0] + 1.0), LEFT, WIDTH - RIGHT)
    upwards = Scale(low, high, HEIGHT - BOTTOM, TOP, by_logs=logs_from is not None)
    drawn = [
        _drawn(line, seconds, across, upwards, COLOURS[index % len(COLOURS)], most_points)
        for index, line in enumerate(lines)
    ]
    ground = element("rect", {"width": WIDTH, "height": HEIGHT, "fill": "#fff"})
    heading = f"{title} ({unit})" if unit else title
    frame = [
        label(LEFT, 14, heading, "start", bold=True),
        *axes(across, upwards),
        *_marks(across, marks),
        *_legend(lines),
    ]
    return picture(WIDTH, HEIGHT, [ground, *frame, *drawn], title=heading)


def _drawn(
    line: Line,
    seconds: NDArray[np.float64],
    across: Scale,
    upwards: Scale,
    colour: str,
    most: int,
) -> str:
    kept = _thinned(line.values, most)
    xs, ys = across.at(seconds[kept]), upwards.at(line.values[kept])
    known = np.isfinite(ys)
    zero = float(upwards.at(0.0))
    pieces = []
    for run in np.split(np.arange(len(kept)), np.flatnonzero(np.diff(known.astype(int))) + 1):
        if not run.size or not known[run[0]]:
            continue
        points = "L".join(f"{place(xs[i])},{place(ys[i])}" for i in run)
        path = {"d": f"M{points}", "fill": "none", "stroke": colour, "stroke_width": 1.5}
        pieces.append(element("path", path))
        if line.filled:
            area = f"M{place(xs[run[0]])},{place(zero)}L{points}V{place(zero)}z"
            pieces.append(element("path", {"d": area, "fill": colour, "fill_opacity": 0.25}))
    return "".join(pieces)


def _thinned(values: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Return the indices to draw: all, or of each stretch first, least, greatest and last."""
    if len(values) <= most:
        return np.arange(len(values))
    kept: set[int] = set()
    for stretch in np.array_split(np.arange(len(values)), max(most // 4, 1)):
        part = values[stretch]
        kept |= {int(stretch[0]), int(stretch[-1])}
        if np.isfinite(part).any():
            kept |= {int(stretch[np.nanargmin(part)]), int(stretch[np.nanargmax(part)])}
    return np.array(sorted(kept), dtype=np.intp)


def axes(across: Scale, upwards: Scale) -> list[str]:
    """Return round values along both scales, and a line across the picture at each of a value."""
    made = []
    ticks = ratio_ticks if upwards.by_logs else round_ticks
    even = 1.0 if upwards.by_logs else 0.0
    for value in ticks(upwards.low, upwards.high):
        y = float(upwards.at(value))
        grid = {"x1": LEFT, "x2": WIDTH - RIGHT, "y1": y, "y2": y}
        made.append(element("line", {**grid, "stroke": "#999" if value == even else "#e5e5e5"}))
        made.append(label(LEFT - 6, y + 4, shown(value, 4), "end"))
    first, last = (datetime.fromtimestamp(one, UTC) for one in (across.low, across.high))
    for moment, written in time_ticks(first, last):
        made.append(label(float(across.at(moment.timestamp())), HEIGHT - 8, written, "middle"))
    return made


def _marks(across: Scale, marks: NDArray[np.datetime64] | None) -> list[str]:
    if marks is None:
        return []
    made = []
    for second in marks.astype("datetime64[ms]").astype(np.float64) / 1000.0:
        if across.low <= second <= across.high:
            x = float(across.at(second))
            line = {"x1": x, "x2": x, "y1": TOP, "y2": HEIGHT - BOTTOM, "stroke": "#d97706"}
            made.append(element("line", {**line, "stroke_dasharray": "3 3"}))
    return made


def _legend(lines: Sequence[Line]) -> list[str]:
    made, x = [], float(LEFT)
    for index, line in enumerate(lines):
        box = {"x": x, "y": 20, "width": 10, "height": 4}
        made.append(element("rect", {**box, "fill": COLOURS[index % len(COLOURS)]}))
        made.append(label(x + 14, 26, line.name, "start"))
        x += 26 + 6.2 * len(line.name)
    return made
