"""Run lengths: stretches of neighbouring bars of a window, as places; no rule of what they mean."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Places = tuple[NDArray[np.int64], NDArray[np.int64]]


def runs(inside: NDArray[np.bool_], changes: NDArray[np.bool_] | None = None) -> Places:
    """Where each run of bars that are `inside` begins, and where it has ended.

    Parameters
    ----------
    inside : ndarray of shape (n_bars,)
    changes : ndarray of shape (n_bars,), optional
        Where a bar is another's than the one before it, so that a new run begins.
    """
    if len(inside) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    begins = inside & ~np.concatenate([[False], inside[:-1]])
    if changes is not None:
        begins |= inside & changes
    # A run ends where the next begins, or where the bars are no longer inside
    over = np.concatenate([(~inside | begins)[1:], [True]])
    return np.flatnonzero(begins), np.flatnonzero(inside & over) + 1


def bars_of(stretches: pd.DataFrame, first_ms: int, width: int, n_bars: int) -> Places:
    """Places of the first bar and past the last one of each stretch, cut to the window.

    Parameters
    ----------
    stretches : DataFrame
        start, end.
    first_ms, width, n_bars : int
        When the window's first bar opens, and the length of a bar, in ms; how many there are.
    """
    places = []
    for name in ("start", "end"):
        plain = stretches[name].dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
        times = plain.astype(np.int64)
        places.append(np.clip(-((first_ms - times) // width), 0, n_bars))
    return places[0], places[1]
