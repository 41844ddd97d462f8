"""What a feature is: a name, a rule and how much past the rule needs. No rule stands here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.bars import Bars


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


def over_spans(
    name: str,
    group: str,
    warm_up: Callable[[int], int],
    rule: Callable[..., FloatArray],
    description: str,
    spans: Iterable[int],
) -> tuple[FeatureSpec, ...]:
    """Return one feature for each span; `{span}` in name and description stands for it."""
    return tuple(
        FeatureSpec(
            name.format(span=span),
            group,
            warm_up(span),
            partial(rule, span=span),
            description.format(span=span),
        )
        for span in spans
    )
