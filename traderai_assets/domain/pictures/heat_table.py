"""A heat table: numbers in cells that are the more coloured the further they lie from zero."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.pictures.svg import element, label, picture

_WIDTH, _LEFT, _ROW, _TOP = 720, 56, 24, 44
# Apart for every eye: blue gains, orange losses
_GAIN, _LOSS = "#0072b2", "#d55e00"


def heat_table(
    values: NDArray[np.float64],
    rows: Sequence[str],
    columns: Sequence[str],
    written: Sequence[Sequence[str]],
    *,
    title: str,
) -> str:
    """Return the picture of a table.

    Parameters
    ----------
    values : array of shape (n_rows, n_columns)
        NaN is an empty cell. The furthest from zero has the full colour.
    rows, columns : sequences of str
        Their names.
    written : sequence of sequences of str
        What is written in each cell.
    title : str

    Raises
    ------
    ValueError
        If names or texts are not as many as the values.
    """
    shape = (len(rows), len(columns))
    if values.shape != shape or [len(line) for line in written] != [shape[1]] * shape[0]:
        raise ValueError(f"a heat table of {values.shape} values has {shape} names; give as many")
    wide = (_WIDTH - _LEFT - 4) / max(len(columns), 1)
    height = _TOP + _ROW * len(rows) + 6
    largest = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 0.0
    ground = element("rect", {"width": _WIDTH, "height": height, "fill": "#fff"})
    made = [ground, label(4, 16, title, "start", bold=True)]
    made += [
        label(_LEFT + (index + 0.5) * wide, _TOP - 6, name, "middle")
        for index, name in enumerate(columns)
    ]
    for row, name in enumerate(rows):
        y = _TOP + row * _ROW
        made.append(label(_LEFT - 6, y + 16, name, "end"))
        for column in range(len(columns)):
            value = float(values[row, column])
            if np.isfinite(value):
                share = abs(value) / largest if largest else 0.0
                box = {"x": _LEFT + column * wide + 1, "y": y + 1, "width": wide - 2}
                tint = {"fill": _GAIN if value >= 0 else _LOSS, "fill_opacity": 0.08 + 0.5 * share}
                made.append(element("rect", {**box, "height": _ROW - 2, **tint}))
                x = _LEFT + (column + 0.5) * wide
                made.append(label(x, y + 16, written[row][column], "middle"))
    return picture(_WIDTH, height, made, title=title)
