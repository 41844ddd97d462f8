"""A labelling: the two settings by which one bar's label differs from another's."""

from typing import NamedTuple


class Labelling(NamedTuple):
    """Bars until the time barrier, and the barriers' width in volatilities over them."""

    horizon_bars: int
    multiple: float
