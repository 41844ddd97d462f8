"""Charts of long series: no more moments than a screen has room for, and no extreme lost."""

from collections.abc import Mapping, Sequence

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.pages.parts import Chart, Series

MOST_MOMENTS = 1_500


def thinned_chart(
    title: str,
    seconds: Sequence[int],
    lines: Mapping[str, FloatArray],
    *,
    unit: str = "",
    logarithmic: bool = False,
    note: str = "",
) -> Chart:
    """Return lines as a chart; of more than 1,500 moments those that tell most.

    Parameters
    ----------
    title, unit, logarithmic, note
        As in `Chart`.
    seconds : sequence of int
    lines : mapping of str to array of shape (n_moments,)
        NaN where nothing is known. The first is what the chart is about: of each stretch of time
        the moments of its least and its greatest value stay.
    """
    kept = kept_moments(next(iter(lines.values())))
    series = [
        Series(name, [None if np.isnan(one) else float(one) for one in values[kept]])
        for name, values in lines.items()
    ]
    return Chart(title, [seconds[int(i)] for i in kept], series, unit, logarithmic, note)


def kept_moments(values: FloatArray, most: int = MOST_MOMENTS) -> IntArray:
    """Return the places to keep, rising: all, or the ends and each stretch's extremes."""
    if len(values) <= most:
        return np.arange(len(values))
    kept = {0, len(values) - 1}
    for stretch in np.array_split(np.arange(len(values)), most // 2 - 1):
        part = values[stretch]
        if np.isfinite(part).any():
            kept |= {int(stretch[np.nanargmin(part)]), int(stretch[np.nanargmax(part)])}
        else:
            kept.add(int(stretch[0]))
    return np.array(sorted(kept), dtype=np.int64)
