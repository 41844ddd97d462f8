"""How many independent observations a series that remembers its past is worth."""

import numpy as np

from traderai_assets.domain.arrays import FloatArray


def autocorrelation_time(values: FloatArray) -> float:
    """Count the consecutive rows that carry as much news as one independent row.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        A series in time order; NaN rows are left out.

    Returns
    -------
    float
        1 + 2 * (sum of the autocorrelations of the *ranks*), at least 1 and at most the number of
        rows. Ranks, because a few huge values (volume) hide how persistent the rest is. Fewer than
        three rows, or a constant, give 1: there is nothing to correct for.

    Notes
    -----
    The sum stops at the first pair of lags that adds up to nothing or less, beyond which an
    estimate is noise. A random walk therefore gives a time in the order of the window itself.

    References
    ----------
    Geyer, C. (1992). Practical Markov Chain Monte Carlo. Statistical Science 7(4), section 3.3.
    """
    present = values[~np.isnan(values)]
    n_rows = present.size
    if n_rows < 3 or present.min() == present.max():
        return 1.0
    correlation = _autocorrelations(_mid_ranks(present))
    pairs = correlation[: n_rows // 2 * 2].reshape(-1, 2).sum(axis=1)
    spent = np.flatnonzero(pairs <= 0)
    stop = int(spent[0]) if spent.size else pairs.size
    return float(np.clip(2 * pairs[:stop].sum() - 1, 1, n_rows))


def effective_sample_size(values: FloatArray) -> float:
    """Rows of `values` that are not NaN, over their autocorrelation time."""
    return int((~np.isnan(values)).sum()) / autocorrelation_time(values)


def _mid_ranks(values: FloatArray) -> FloatArray:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks: FloatArray = middle[inverse]
    return ranks


def _autocorrelations(values: FloatArray) -> FloatArray:
    """Biased autocorrelations of lags 0 to n - 1, by the fast Fourier transform."""
    centred = values - values.mean()
    size = 1 << (2 * values.size - 1).bit_length()
    waves = np.fft.rfft(centred, size)
    spectrum = waves.real**2 + waves.imag**2  # Not of np.abs: its bits are the processor's
    covariance: FloatArray = np.fft.irfft(spectrum, size)[: values.size]
    correlation: FloatArray = covariance / covariance[0]
    return correlation
