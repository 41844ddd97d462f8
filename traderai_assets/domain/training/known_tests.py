"""Known tests: what the tests before a fold say of it, when that fold's own test begins.

From them come the calibration of its probabilities and what acting on them is worth. The model that
serves is the fold after the last one: all tests are before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.models.calibration import PlattScaling, fit_platt
from traderai_assets.domain.models.sample import LabelledRows
from traderai_assets.domain.training.out_of_fold import Configuration, OutOfFold

AS_SAID = PlattScaling(1.0, 0.0)
"""What a learner's log odds are before any test says otherwise."""


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
        2 p - 1 of each row, p calibrated on the other tests: a calibration that has seen what
        became of a row leans its way, and what was returned would seem to follow.
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
    scores = fits.log_odds(configuration, number - 1)
    tests = [
        _SettledTest(
            fold.settled,
            {name: parts[place][fold.settled - fold.test[0]] for name, parts in scores.items()},
        )
        for place, fold in enumerate(before)
    ]
    forecasts = [
        mean_probability(_calibrated(rows, tests[:place] + tests[place + 1 :]), test.log_odds)
        for place, test in enumerate(tests)
    ]
    last = int(rows.end_ms.max()) + 1
    return KnownTests(
        number=number,
        configuration=configuration,
        rows=np.concatenate([test.rows for test in tests]),
        calibration=_calibrated(rows, tests),
        forecast=2.0 * np.concatenate(forecasts) - 1.0,
        until_ms=int(rows.open_ms[folds[number].test[0]]) if number < len(folds) else last,
    )


class _SettledTest(NamedTuple):
    """Settled rows of one test, and what each learner says of them."""

    rows: IntArray
    log_odds: dict[str, FloatArray]


def _calibrated(rows: LabelledRows, tests: Sequence[_SettledTest]) -> dict[str, PlattScaling]:
    """Calibrate each learner on some tests; scores mean what they say where there are none."""
    settled = np.concatenate([np.arange(0), *(test.rows for test in tests)])
    directed, sample = rows.label[settled] != 0, rows.sample(settled)
    calibration = {}
    for name in tests[0].log_odds if tests else ():
        log_odds = np.concatenate([test.log_odds[name] for test in tests])
        calibration[name] = fit_platt(log_odds[directed], sample.target, sample.weight)
    return calibration


def mean_probability(
    calibration: Mapping[str, PlattScaling], log_odds: Mapping[str, FloatArray]
) -> FloatArray:
    """Mean of the learners' probabilities, calibrated where there is a calibration."""
    each = [calibration.get(name, AS_SAID).probability(scores) for name, scores in log_odds.items()]
    return np.asarray(np.mean(each, axis=0))
