"""Known tests: what the tests before a fold say of it, when that fold's own test begins.

From them come the calibration of its probabilities and what acting on them is worth. The model that
serves is the fold after the last one: all tests are before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.models.calibration import PlattScaling, fit_platt
from traderai_assets.domain.training.out_of_fold import Configuration, OutOfFold


@dataclass(frozen=True, eq=False)
class KnownTests:
    """Settled rows of the tests before fold `number`, and what is learnt of them.

    Attributes
    ----------
    number : int
        From 1.
    configuration : Configuration
        What is fitted.
    rows : ndarray of shape (n_rows,)
        Row numbers under the configuration's labels.
    calibration : mapping of str to PlattScaling
        By learner.
    forecast : ndarray of shape (n_rows,)
        2 p - 1 of each row under this calibration.
    until_ms : int
        When the fold's test begins; what ends later is not known.
    """

    number: int
    configuration: Configuration
    rows: IntArray
    calibration: Mapping[str, PlattScaling]
    forecast: FloatArray
    until_ms: int

    def probability(self, log_odds: Mapping[str, FloatArray]) -> FloatArray:
        """Mean of the learners' calibrated probabilities."""
        return mean_probability(self.calibration, log_odds)


def known_tests(fits: OutOfFold, configuration: Configuration, number: int) -> KnownTests:
    """Gather what is known before the test of fold `number`, at least 1."""
    folds, rows = fits.folds(configuration), fits.rows(configuration)
    before = folds[:number]
    settled = np.concatenate([fold.settled for fold in before])
    places = [fold.settled - fold.test[0] for fold in before]
    scores = {
        name: np.concatenate([part[at] for part, at in zip(parts, places, strict=True)])
        for name, parts in fits.log_odds(configuration, number - 1).items()
    }
    directed = rows.label[settled] != 0
    sample = rows.sample(settled)
    calibration = {
        name: fit_platt(log_odds[directed], sample.target, sample.weight)
        for name, log_odds in scores.items()
    }
    last = int(rows.end_ms.max()) + 1
    return KnownTests(
        number=number,
        configuration=configuration,
        rows=settled,
        calibration=calibration,
        forecast=2.0 * mean_probability(calibration, scores) - 1.0,
        until_ms=int(rows.open_ms[folds[number].test[0]]) if number < len(folds) else last,
    )


def mean_probability(
    calibration: Mapping[str, PlattScaling], log_odds: Mapping[str, FloatArray]
) -> FloatArray:
    """Mean of the learners' calibrated probabilities."""
    each = [calibration[name].probability(scores) for name, scores in log_odds.items()]
    return np.asarray(np.mean(each, axis=0))
