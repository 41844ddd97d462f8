"""Points over a plane of two numbers, with lines between them where asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.pictures.plane import LEFT, Plane
from traderai_assets.domain.pictures.scale import bounds
from traderai_assets.domain.pictures.svg import element, label, number

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
MOST_POINTS = 2_000


@dataclass(frozen=True)
class Points:
    """One set of points.

    Attributes
    ----------
    name : str
    x, y : array of shape (n,)
        What is not finite is not drawn.
    joined : bool
        Join them by a line instead of drawing each.
    lower, upper : array of shape (n,) or None
        Ends of a bar through each point.
    """

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    joined: bool = False
    lower: NDArray[np.float64] | None = None
    upper: NDArray[np.float64] | None = None


def points_chart(sets: Sequence[Points], *, title: str, x_name: str = "", y_name: str = "") -> str:
    """Return the picture of sets of points, each with a colour of its own (four at most differ).

    Raises
    ------
    ValueError
        If one has more than 2,000 points, or fewer y than x.
    """
    for one in sets:
        if one.x.shape != one.y.shape or one.x.size > MOST_POINTS:
            raise ValueError(
                f"points {one.name!r}: {one.x.size} x and {one.y.size} y; as many of each, and "
                f"at most {MOST_POINTS}"
            )
    empty = np.empty(0)
    ends = [end for one in sets for end in (one.lower, one.upper) if end is not None]
    plane = Plane.of(
        bounds(np.concatenate([empty, *(one.x for one in sets)])),
        bounds(np.concatenate([empty, *(one.y for one in sets), *ends])),
    )
    made: list[str] = []
    place = float(LEFT)
    for index, one in enumerate(sets):
        colour = _COLOURS[index % len(_COLOURS)]
        made += _drawn(one, plane, colour)
        made.append(
            element("rect", {"x": place, "y": 21, "width": 10, "height": 4, "fill": colour})
        )
        made.append(label(place + 14, 27, one.name, "start"))
        place += 26 + 6.2 * len(one.name)
    return plane.drawn(made, title=title, x_name=x_name, y_name=y_name)


def _drawn(one: Points, plane: Plane, colour: str) -> list[str]:
    known = np.isfinite(one.x) & np.isfinite(one.y)
    xs, ys = plane.across.at(one.x[known]), plane.upwards.at(one.y[known])
    if one.joined:
        line = "L".join(
            f"{number(float(x))} {number(float(y))}" for x, y in zip(xs, ys, strict=True)
        )
        path = {"d": f"M{line}", "fill": "none", "stroke": colour, "stroke_width": 1.5}
        return [element("path", path)] if line else []
    made = [
        element("circle", {"cx": float(x), "cy": float(y), "r": 3, "fill": colour})
        for x, y in zip(xs, ys, strict=True)
    ]
    if one.lower is not None and one.upper is not None:
        low, high = plane.upwards.at(one.lower[known]), plane.upwards.at(one.upper[known])
        for x, bottom, top in zip(xs, low, high, strict=True):
            line_at = {"x1": float(x), "x2": float(x), "y1": float(bottom), "y2": float(top)}
            made.append(element("line", {**line_at, "stroke": colour}))
    return made
