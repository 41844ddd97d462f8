"""Weights: how much of its own a label tells when its neighbours live through the same bars."""

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray


def uniqueness_weights(starts: IntArray, ends: IntArray) -> FloatArray:
    """Average uniqueness of each label: the mean of 1 / concurrency over its life.

    Parameters
    ----------
    starts, ends : ndarray of shape (n_labels,)
        Half-open intervals [start, end) in one unit of time, end above start; any order.

    Returns
    -------
    ndarray of shape (n_labels,)
        In (0, 1]; 1 for a label that overlaps no other. Their sum is the number of labels that
        the sample is worth.

    References
    ----------
    Lopez de Prado, M. (2018). Advances in Financial Machine Learning, section 4.4. Wiley.
    """
    edges = np.unique(np.concatenate([starts, ends]))
    first, last = np.searchsorted(edges, starts), np.searchsorted(edges, ends)
    steps = np.zeros(len(edges))
    np.add.at(steps, first, 1.0)
    np.add.at(steps, last, -1.0)
    alive = np.cumsum(steps)[:-1]
    # Between labels nobody is alive, and no label's life crosses it
    shares = np.diff(edges) / np.maximum(alive, 1.0)
    passed = np.concatenate([[0.0], np.cumsum(shares)])
    return np.asarray((passed[last] - passed[first]) / (ends - starts))
