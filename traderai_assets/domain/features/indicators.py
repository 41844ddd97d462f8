"""TA-Lib: the indicators it has, by name. Imported when used, not with the catalogue.

Wilder's and exponential means have an infinite memory: a rule over them declares as warm-up the
bars after which less than e^-11 of the first value is left, `EXPONENTIAL_MEMORY` or
`WILDER_MEMORY` times its span.
"""

import numpy as np

from traderai_assets.domain.arrays import FloatArray

EXPONENTIAL_MEMORY = 6
WILDER_MEMORY = 12


def indicator(
    name: str, *inputs: FloatArray, output: int | None = None, **settings: int
) -> FloatArray:
    """What TA-Lib's `name` says of `inputs`: one row of values, or as many rows as it has.

    Of several rows `output` names the one that is wanted, so that no other need be copied.
    """
    import talib

    found = getattr(talib, name)(*inputs, **settings)
    return np.asarray(found if output is None else found[output])
