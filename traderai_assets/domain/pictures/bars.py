"""Bars that lie: named amounts under each other, one or more a name."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.svg import element, label, picture

_WIDTH, _LEFT, _RIGHT, _TOP = 720, 220, 60, 44
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_THICK, _BETWEEN = 12, 6


def bars_chart(
    names: Sequence[str],
    series: Sequence[tuple[str, NDArray[np.float64]]],
    *,
    title: str,
) -> str:
    """Return the picture of amounts, at least 0, from the top down in the order given.

    Parameters
    ----------
    names : sequence of str
    series : sequence of (str, array of shape (n_names,))
        At most four are told apart by colour.
    title : str

    Raises
    ------
    ValueError
        If a series has not one amount a name, or an amount is not finite or below 0.
    """
    for name, amounts in series:
        if len(amounts) != len(names) or not (np.isfinite(amounts) & (amounts >= 0)).all():
            raise ValueError(
                f"bars {name!r} need one finite amount, at least 0, for each of {len(names)} names"
            )
    step = _THICK * len(series) + _BETWEEN
    height = _TOP + step * len(names) + 8
    largest = max((float(amounts.max()) for _, amounts in series if len(amounts)), default=0.0)
    scale = (_WIDTH - _LEFT - _RIGHT) / largest if largest else 0.0
    made = [element("rect", {"width": _WIDTH, "height": height, "fill": "#fff"})]
    made.append(label(4, 16, title, "start", bold=True))
    place = 4.0
    for index, (name, _) in enumerate(series):
        colour = _COLOURS[index % len(_COLOURS)]
        made.append(
            element("rect", {"x": place, "y": 26, "width": 10, "height": 6, "fill": colour})
        )
        made.append(label(place + 14, 33, name, "start"))
        place += 26 + 6.2 * len(name)
    for row, name in enumerate(names):
        y = _TOP + row * step
        made.append(label(_LEFT - 6, y + step / 2 + 2, name[:34], "end"))
        for index, (_, amounts) in enumerate(series):
            amount, top = float(amounts[row]), y + index * _THICK
            box = {"x": _LEFT, "y": top, "width": amount * scale, "height": _THICK - 1}
            made.append(element("rect", {**box, "fill": _COLOURS[index % len(_COLOURS)]}))
            made.append(label(_LEFT + amount * scale + 4, top + 10, shown(amount, 3), "start"))
    return picture(_WIDTH, height, made, title=title)
