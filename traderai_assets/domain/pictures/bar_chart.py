"""A chart of lying bars: a name, a bar from zero, and its value written at its end."""

from collections.abc import Sequence

import numpy as np

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.scale import Scale, bounds
from traderai_assets.domain.pictures.svg import element, label, picture

WIDTH, ROW = 720, 20
LEFT, RIGHT, TOP, BOTTOM = 230, 90, 34, 8
MOST_BARS, MOST_NAME = 24, 34
COLOUR, OTHER = "#0072b2", "#d55e00"


def bar_chart(bars: Sequence[tuple[str, float]], *, title: str, unit: str = "") -> str:
    """Return a picture of values under each other, in the order given, on a white ground.

    Parameters
    ----------
    bars : sequence of (str, float)
        Names and values; what is above 0 goes right and what is below it left, in another colour.
        Of more than 24 the first are drawn, and the title says of how many. A value that is not
        finite has no bar and is written as "undefined".
    title : str
    unit : str
        Written after the title.

    Raises
    ------
    ValueError
        If there is no bar.
    """
    if not bars:
        raise ValueError(f"the chart {title!r} has no bars; expected one at least")
    drawn = bars[:MOST_BARS]
    heading = f"{title} ({unit})" if unit else title
    if len(drawn) < len(bars):
        heading += f", {len(drawn)} of {len(bars)}"
    low, high = bounds(np.array([value for _, value in drawn], np.float64), include=0.0)
    # A bar to the left needs room for its value there, and one to the right at the other end
    start = LEFT + (RIGHT if low < 0 else 0)
    across = Scale(low, high, start, WIDTH - RIGHT)
    height = TOP + ROW * len(drawn) + BOTTOM
    ground = element("rect", {"width": WIDTH, "height": height, "fill": "#fff"})
    zero = float(across.at(0.0))
    rows = [
        _row(name, value, across, TOP + ROW * index) for index, (name, value) in enumerate(drawn)
    ]
    axis = {"x1": zero, "x2": zero, "y1": TOP - 4, "y2": height - BOTTOM, "stroke": "#999"}
    inside = [ground, label(12, 14, heading, "start", bold=True), *rows, element("line", axis)]
    return picture(WIDTH, height, inside, title=heading)


def _row(name: str, value: float, across: Scale, y: int) -> str:
    short = name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 1]}\u2026"
    made = [label(LEFT - 8, y + 12, short, "end")]
    zero, end = float(across.at(0.0)), float(across.at(value))
    if np.isfinite(value):
        box = {"x": min(zero, end), "y": y + 2, "width": abs(end - zero), "height": ROW - 6}
        made.append(element("rect", {**box, "fill": COLOUR if value >= 0 else OTHER}))
        right = value >= 0
        made.append(
            label(end + (5 if right else -5), y + 12, shown(value, 4), "start" if right else "end")
        )
    else:
        made.append(label(zero + 5, y + 12, "undefined", "start"))
    return "".join(made)
