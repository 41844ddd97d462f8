"""Page: the parts that stand on an asset's page, as metadata of a partition's event.

A page begins with the two or three numbers a person checks first; then follow a trend and a small
table, both without a click, the whole picture behind one, and the rest. What each asset shows
stands beside what makes it (`registry/*_page.py`, `making/`, `ingest/`).
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg
import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.numbers import significant
from traderai_assets.domain.pictures.small_table import small_table
from traderai_assets.domain.pictures.sparkline import markdown_sparkline
from traderai_assets.domain.pictures.svg import markdown_image

# Names of the parts in every event that has them
TREND, OVERVIEW, PICTURE = "trend", "overview", "picture"
# Of a picture of a month's bars: a point for each pixel and a half says as much as thousands
MONTH_POINTS = 400


def trend(
    values: NDArray[np.float64], told: str, *, baseline: float | None = None
) -> dict[str, Any]:
    """Return the sparkline of a series, with what it shows written under it; nothing of no value.

    Parameters
    ----------
    values : array of shape (n,)
        In order of time; NaN is left white.
    told : str
        What it shows, at most 80 characters.
    baseline : float, optional
        From which the area is filled; the least value where not given.
    """
    if not np.isfinite(values).any():
        return {}
    image = markdown_sparkline(values, told, baseline=baseline)
    return {TREND: dg.MetadataValue.md(image)}


def overview(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return a small table; nothing where there are no rows."""
    text = small_table(columns, rows)
    return {OVERVIEW: dg.MetadataValue.md(text)} if text else {}


def picture(svg: str, told: str) -> dict[str, Any]:
    """Return a whole picture, which opens by a click."""
    return {PICTURE: dg.MetadataValue.md(markdown_image(svg, told))}


def in_percent(share: float) -> float:
    """Return a share of one as a number of percent, as it is plotted over partitions."""
    return significant(100.0 * float(share), 4)
