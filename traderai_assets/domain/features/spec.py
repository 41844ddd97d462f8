"""What a feature is: a name, a rule and how much past the rule needs. No rule stands here."""

from collections.abc import Callable
from dataclasses import dataclass

from traderai_assets.domain.features.bars import Bars, FloatArray


@dataclass(frozen=True)
class FeatureSpec:
    """One column of the features table.

    Parameters
    ----------
    name : str
        Column name.
    group : str
        The kind of knowledge it carries, as on the asset page.
    warm_up_bars : int
        Present bars that must precede a row; rows with fewer hold NaN.
    compute : callable
        From bars to one float per bar; row i may use rows 0..i only.
    description : str
        What it measures, with its unit.
    """

    name: str
    group: str
    warm_up_bars: int
    compute: Callable[[Bars], FloatArray]
    description: str
