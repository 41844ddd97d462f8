"""Parallel coordinates: each trial a line over the axes of its parameters, the best in colour."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.svg import element, label, number, picture

_WIDTH, _HEIGHT, _TOP, _BOTTOM, _SIDE = 720, 300, 52, 30, 50
_BEST, _REST = "#d55e00", "#0072b2"
MOST_TRIALS = 300


def parallel_coordinates(
    names: Sequence[str], values: NDArray[np.float64], *, title: str, best: int
) -> str:
    """Return the picture of trials.

    Parameters
    ----------
    names : sequence of str
        Of the axes, at least two; the last is usually what was sought for.
    values : array of shape (n_trials, n_axes)
        At most 300 trials; one with a NaN is drawn up to it.
    title : str
    best : int
        Which trial is drawn last and in colour.

    Raises
    ------
    ValueError
        If there are fewer than two axes, no trial, or too many.
    """
    if len(names) < 2 or values.shape[1:] != (len(names),) or not 0 < len(values) <= MOST_TRIALS:
        raise ValueError(
            f"parallel coordinates need two axes and 1 to {MOST_TRIALS} trials; here are "
            f"{len(names)} axes and values of shape {values.shape}"
        )
    xs = np.linspace(_SIDE, _WIDTH - _SIDE, len(names))
    heights = np.column_stack([_placed(values[:, axis]) for axis in range(len(names))])
    made = [element("rect", {"width": _WIDTH, "height": _HEIGHT, "fill": "#fff"})]
    made.append(label(4, 16, title, "start", bold=True))
    for axis, name in enumerate(names):
        line = {"x1": xs[axis], "x2": xs[axis], "y1": _TOP, "y2": _HEIGHT - _BOTTOM}
        made.append(element("line", {**line, "stroke": "#999"}))
        made.append(label(xs[axis], 32 if axis % 2 else 44, name[:22], "middle"))
        known = values[:, axis][np.isfinite(values[:, axis])]
        if known.size:
            made.append(
                label(xs[axis], _HEIGHT - _BOTTOM + 14, shown(float(known.min()), 3), "middle")
            )
            made.append(label(xs[axis] + 4, _TOP + 8, shown(float(known.max()), 3), "start"))
    order = [*(one for one in range(len(values)) if one != best), best]
    made += [_line(xs, heights[one], chosen=one == best) for one in order]
    return picture(_WIDTH, _HEIGHT, made, title=title)


def _placed(column: NDArray[np.float64]) -> NDArray[np.float64]:
    known = column[np.isfinite(column)]
    if not known.size:
        return np.full(len(column), np.nan)
    low, high = float(known.min()), float(known.max())
    share = (column - low) / (high - low) if high > low else np.where(np.isnan(column), np.nan, 0.5)
    placed: NDArray[np.float64] = _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)
    return placed


def _line(xs: NDArray[np.float64], heights: NDArray[np.float64], *, chosen: bool) -> str:
    unknown = np.flatnonzero(np.isnan(heights))
    end = int(unknown[0]) if unknown.size else len(heights)
    points = [
        f"{number(float(x))} {number(float(y))}"
        for x, y in zip(xs[:end], heights[:end], strict=True)
    ]
    if len(points) < 2:
        return ""
    colour = {"stroke": _BEST if chosen else _REST, "stroke_opacity": 1.0 if chosen else 0.35}
    path = {"d": "M" + "L".join(points), "fill": "none", "stroke_width": 2 if chosen else 1}
    return element("path", {**path, **colour})
