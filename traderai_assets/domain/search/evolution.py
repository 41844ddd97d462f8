"""CMA-ES by replay: the state after n trials is worked out anew from those n trials.

Optuna's own sampler pickles its state into the study, and reading a pickle runs what it says.
"""

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.search.space import Choices, Dimension, Parameters, Space
from traderai_assets.domain.search.trials import COMPLETE, PRUNED, TrialRecord

# Of the width of every dimension
FIRST_DEVIATION = 1.0 / 6.0


def propose(space: Space, records: list[TrialRecord], seed: int) -> Parameters:
    """Draw from the distribution as it stands after the generations that are whole.

    A generation is ranked, which is all CMA-ES reads: complete trials by value, behind
    them pruned ones by their last fold. Failed trials do not count. Dimensions without an order
    are drawn evenly.

    References
    ----------
    Hansen, N. (2016). The CMA evolution strategy: a tutorial. arXiv:1604.00772.
    """
    from cmaes import CMA

    axes = _axes(space)
    optimizer = CMA(
        mean=_position(axes, space.defaults),
        sigma=FIRST_DEVIATION,
        bounds=np.tile([0.0, 1.0], (len(axes), 1)),
        seed=seed % 2**32,
    )
    own = [record for record in records if record.sampler == "cmaes" and _ended(record)]
    size = optimizer.population_size
    for start in range(0, len(own) - size + 1, size):
        generation = sorted(own[start : start + size], key=_rank)
        optimizer.tell(
            [
                (_position(axes, record.parameters), float(place))
                for place, record in enumerate(generation)
            ]
        )
    drawn: Parameters = {
        axis.name: axis.at(float(part)) for axis, part in zip(axes, optimizer.ask(), strict=True)
    }
    random = np.random.default_rng(seed)
    for dimension in space.dimensions:
        if isinstance(dimension, Choices):
            drawn[dimension.name] = dimension.values[random.integers(len(dimension.values))]
    return {name: drawn[name] for name in space.defaults}


def check_space(space: Space) -> None:
    """Raise InvalidSettings where no dimension has an order."""
    if not _axes(space):
        raise InvalidSettings(
            "sampler 'cmaes' needs a dimension of numbers; take 'tpe' or 'random' for choices only"
        )


def _axes(space: Space) -> list[Dimension]:
    return [part for part in space.dimensions if isinstance(part, Dimension)]


def _position(axes: list[Dimension], parameters: Parameters) -> npt.NDArray[np.float64]:
    return np.array([axis.fraction(float(parameters[axis.name])) for axis in axes])


def _ended(record: TrialRecord) -> bool:
    return record.state == COMPLETE or (record.state == PRUNED and bool(record.fold_values))


def _rank(record: TrialRecord) -> tuple[bool, float]:
    pruned = record.state == PRUNED
    value = record.fold_values[-1] if pruned else record.value
    return pruned, -(value or 0.0)
