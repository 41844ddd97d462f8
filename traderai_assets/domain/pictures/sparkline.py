"""A sparkline: one small picture of one series, short enough to stand on a page without a click."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.pictures.scale import Scale, bounds
from traderai_assets.domain.pictures.svg import markdown_image, number

WIDTH, HEIGHT = 120, 40
MOST_POINTS = 60
# Longer Markdown is hidden behind a click on the pages of Dagster 1.13
MOST_CHARACTERS = 999
# Seen on white and on black, and without the `#` that a URI would take for its own
COLOUR = "royalblue"


def sparkline(values: NDArray[np.float64], *, baseline: float | None = None) -> str:
    """Return the picture of a series: its area over the baseline, "" where nothing can be drawn.

    Parameters
    ----------
    values : array of shape (n,)
        In order of time, any length: each of at most 60 columns shows the last finite value that
        falls into it. A column without one is left white.
    baseline : float or None
        The value from which the area is filled; None is the least value of all.
    """
    shown = resampled(values, MOST_POINTS)
    if np.isfinite(shown).sum() < 2:
        return ""
    low, high = bounds(shown, include=baseline)
    scale = Scale(low, high, HEIGHT - 1, 1)
    ground = round(float(scale.at(low if baseline is None else baseline)))
    step = WIDTH // MOST_POINTS if len(shown) > MOST_POINTS // 2 else WIDTH // len(shown)
    heights = scale.at(shown)
    path = "".join(_area(run, heights, step, ground) for run in _runs(shown))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>"
        f"<path fill='{COLOUR}' d='{path}'/></svg>"
    )


def markdown_sparkline(
    values: NDArray[np.float64], told: str, *, baseline: float | None = None
) -> str:
    """Return a sparkline as Markdown of at most 999 characters; `told` where it cannot be drawn.

    Parameters
    ----------
    values, baseline
        As in `sparkline`.
    told : str
        What the series is, for those who do not see it, at most 80 characters.
    """
    svg = sparkline(values, baseline=baseline)
    if not svg:
        return told
    image = markdown_image(svg, told[:80])
    return image if len(image) <= MOST_CHARACTERS else told


def resampled(values: NDArray[np.float64], columns: int) -> NDArray[np.float64]:
    """Return at most `columns` values: of each equal stretch its last finite one, NaN without."""
    values = np.asarray(values, np.float64)
    if len(values) <= columns:
        return np.where(np.isfinite(values), values, np.nan)
    edges = np.linspace(0, len(values), columns + 1).round().astype(int)
    kept = np.full(columns, np.nan)
    for column, (start, end) in enumerate(pairwise(edges)):
        known = values[start:end][np.isfinite(values[start:end])]
        if known.size:
            kept[column] = known[-1]
    return kept


def _runs(values: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Return the stretches of known values, as indices."""
    known = np.flatnonzero(np.isfinite(values))
    return [run for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1) if run.size]


def _area(run: NDArray[np.intp], heights: NDArray[np.float64], step: int, ground: int) -> str:
    points = [(int(index) * step, round(float(heights[index]))) for index in run]
    if len(points) == 1:
        points.append((points[0][0] + max(step // 2, 1), points[0][1]))
    line = ",".join(f"{x},{y}" for x, y in points)
    return f"M{number(points[0][0])},{ground}L{line}V{ground}z"
