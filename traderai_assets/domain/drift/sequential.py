"""Watching a mean one value after the other, with the detectors of river."""

from typing import Any

import numpy as np

from traderai_assets.domain.arrays import FloatArray

ADWIN_DELTA = 0.02
"""Bound on a false cut by ADWIN, whose windows may be of any length."""
PAGE_HINKLEY_SLACK = 0.15
"""A rise of less than .15 of a deviation is let pass."""
PAGE_HINKLEY_LIMIT = 20.0
"""In deviations; docs/drift.md has how often it is reached by chance."""
LEAST_BEFORE = 10
"""Values by which a deviation is known before anything is watched."""


def mean_rose(values: FloatArray, *, known: int = 0) -> bool:
    """Whether a mean of losses rose, by ADWIN or by Page and Hinkley's test.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Finite, in time order, about independent.
    known : int, default=0
        The first so many are a record that is not judged: it says what deviation there is.

    References
    ----------
    Bifet, A. and Gavalda, R. (2007). Learning from time-changing data with adaptive windowing.
    Page, E. (1954). Continuous inspection schemes. Biometrika 41.
    """
    before = values[: max(known, LEAST_BEFORE)]
    if values.size <= LEAST_BEFORE or before.std() == 0:
        return False
    from river.drift import ADWIN, PageHinkley

    # ADWIN's bounds are for values of 0 to 1: two deviations either way
    scaled = (values - before.mean()) / before.std(ddof=1)
    adaptive: Any = ADWIN(  # type: ignore[no-untyped-call]
        delta=ADWIN_DELTA, clock=1, min_window_length=LEAST_BEFORE
    )
    page: Any = PageHinkley(
        min_instances=LEAST_BEFORE,
        delta=PAGE_HINKLEY_SLACK,
        threshold=PAGE_HINKLEY_LIMIT,
        alpha=1.0,
        mode="up",
    )
    for place, value in enumerate(scaled.tolist()):
        held = adaptive.estimation
        adaptive.update(float(np.clip(0.5 + value / 4.0, 0.0, 1.0)))
        page.update(value)
        if place < known:
            continue
        if page.drift_detected or (adaptive.drift_detected and adaptive.estimation > held):
            return True
    return False
