"""Policy: what to do with a probability, given what acting costs."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
SideArray = npt.NDArray[np.int8]


def decide(
    probability: FloatArray, width: FloatArray, round_trip_cost: float, margin: float = 0.0
) -> SideArray:
    """Side to take at each bar: the one whose expected return pays its costs, else none.

    Parameters
    ----------
    probability : ndarray of shape (n_bars,)
        Calibrated probability that the upper barrier comes first; NaN where unknown.
    width : ndarray of shape (n_bars,)
        What is won or lost at a barrier, fraction of price.
    round_trip_cost : float
        Fees, spread and slippage of entry and exit together, fraction of price.
    margin : float, default=0
        Expected return asked for beyond the costs, fraction of price.

    Returns
    -------
    ndarray of shape (n_bars,), int8
        1 long where p w - (1 - p) w > cost + margin, -1 short where the reverse holds, else 0;
        0 where either input is NaN.
    """
    expected = (2.0 * probability - 1.0) * width
    hurdle = round_trip_cost + margin
    return (expected > hurdle).astype(np.int8) - (-expected > hurdle).astype(np.int8)
