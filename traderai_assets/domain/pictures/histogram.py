"""A histogram: how often values fall where, and where one that matters lies among them."""

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.pictures.plane import HEIGHT, TOP, Plane
from traderai_assets.domain.pictures.scale import bounds
from traderai_assets.domain.pictures.svg import element, label

_BARS = 40


def histogram(
    values: NDArray[np.float64],
    *,
    title: str,
    unit: str = "",
    marked: float | None = None,
    mark: str = "",
) -> str:
    """Return the picture of a sample in 40 bars.

    Parameters
    ----------
    values : array of shape (n,)
        What is not finite is left out.
    title, unit : str
    marked : float or None
        A value that is drawn as a line; it lies within the picture in any case.
    mark : str
        What is written at that line.

    Raises
    ------
    ValueError
        If no value is finite.
    """
    known = values[np.isfinite(values)]
    if not known.size:
        raise ValueError(f"a histogram needs a finite value; {values.size} are given")
    low, high = bounds(known, include=marked)
    counts, edges = np.histogram(known, bins=_BARS, range=(low, high))
    plane = Plane.of((low, high), (0.0, float(max(counts.max(), 1)) * 1.1))
    ground = float(plane.upwards.at(0.0))
    bars = []
    for count, left, right in zip(counts, edges[:-1], edges[1:], strict=True):
        if count:
            x, top = float(plane.across.at(left)), float(plane.upwards.at(float(count)))
            wide = max(float(plane.across.at(right)) - x - 1.0, 0.5)
            box = {"x": x, "y": top, "width": wide, "height": ground - top, "fill": "#0072b2"}
            bars.append(element("rect", box))
    if marked is not None:
        x = float(plane.across.at(marked))
        line = {"x1": x, "x2": x, "y1": TOP, "y2": ground, "stroke": "#d55e00", "stroke_width": 2}
        bars += [
            element("line", line),
            label(x + 4, TOP + 10, mark, "start")
            if x < HEIGHT * 1.6
            else label(x - 4, TOP + 10, mark, "end"),
        ]
    return plane.drawn(bars, title=title, x_name=unit, y_name="how often")
