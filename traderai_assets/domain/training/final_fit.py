"""The final fit: the model that serves learns from every row whose label is known.

For how many rounds, and what its scores are worth, the tests say that no fold had seen.
"""

from dataclasses import dataclass

from traderai_assets.domain.models.ensemble import Ensemble, Member
from traderai_assets.domain.models.sample import LabelledRows
from traderai_assets.domain.training.fit_arrays import ALL_ROWS
from traderai_assets.domain.training.fitting import Fitter
from traderai_assets.domain.training.known_tests import KnownTests
from traderai_assets.domain.training.out_of_fold import OutOfFold
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import ProgressMeter


@dataclass(frozen=True, eq=False)
class ServedModel:
    """The ensemble that serves, the rows it was fitted on, and the tests that calibrate it."""

    known: KnownTests
    rows: LabelledRows
    ensemble: Ensemble


def fit_served(
    known: KnownTests, fits: OutOfFold, plan: TrainingPlan, fitter: Fitter, meter: ProgressMeter
) -> ServedModel:
    """Fit every learner on all rows of the look-back."""
    configuration = known.configuration
    tasks = [
        fits.task(
            name, configuration, ALL_ROWS, fits.rounds_after(name, configuration, known.number)
        )
        for name in plan.learners
    ]
    members = {}
    made = fitter.fit_all(tasks, meter.fitting(plan.learners[-1]))
    for task, fit in zip(tasks, made, strict=True):
        members[task.learner] = Member(fit.model, known.calibration[task.learner])
        meter.fit_done(0, task.learner, fit.model.rounds)
    return ServedModel(known, fits.rows(configuration), Ensemble(members))
