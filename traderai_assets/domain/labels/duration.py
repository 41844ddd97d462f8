"""How long a label lasts where prices walk at random: what a plan counts on before one is made."""

import math

# Of a series whose terms alternate in sign; at the largest multiple allowed 50 give three digits
_TERMS = 50


def expected_share(multiple: float) -> float:
    """Share of its horizon that a label lasts on average in a random walk.

    Parameters
    ----------
    multiple : float
        Distance of either barrier from the entry, in standard deviations over the horizon, > 0.

    Returns
    -------
    float
        In 0..1: the mean of the first time at which a Brownian motion leaves
        (-multiple, multiple), or of 1 where that is earlier. 0.70 at multiple 1.

    References
    ----------
    Darling, D. and Siegert, A. (1953). The first passage problem for a continuous Markov process.
    Annals of Mathematical Statistics 24(4).
    """
    share = 0.0
    for term in range(_TERMS):
        odd = 2 * term + 1
        rate = (odd * math.pi / multiple) ** 2 / 8
        share += (-1) ** term * 4 / (odd * math.pi) * -math.expm1(-rate) / rate
    return min(max(share, 0.0), 1.0)


def expected_label_bars(horizon_bars: int, multiple: float) -> int:
    """Bars that a label of this horizon lasts on average in a random walk, at least 1."""
    return max(1, round(horizon_bars * expected_share(multiple)))
