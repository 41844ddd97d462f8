"""Paths: how the chosen configuration fares over combinatorial splits, for the distribution.

It decides nothing: its training rows may lie after its test rows.
"""

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.final_fit import ServedModel
from traderai_assets.domain.training.fit_arrays import SPLITS_FROM
from traderai_assets.domain.training.fitting import Fitter
from traderai_assets.domain.training.forecasts import forecast_returns, forecast_sharpe
from traderai_assets.domain.training.out_of_fold import OutOfFold
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import ProgressMeter
from traderai_assets.domain.validation.combinatorial import assemble_paths


def path_sharpes(
    data: LookBackData,
    served: ServedModel,
    fits: OutOfFold,
    plan: TrainingPlan,
    fitter: Fitter,
    meter: ProgressMeter,
) -> FloatArray:
    """Annual Sharpe ratio of the first learner's forecasts along each path, before costs.

    It is fitted anew on every split, for as many rounds as the model that serves.

    Returns
    -------
    ndarray of shape (n_paths,)
        Empty where the plan asks for no groups.
    """
    configuration, learner = served.known.configuration, plan.learners[0]
    labelling = configuration.labelling
    splits, rows = data.splits[labelling], data.rows[labelling]
    if not splits:
        return np.empty(0)
    rounds = served.ensemble.members[learner].fitted.rounds
    tasks = [
        fits.task(learner, configuration, SPLITS_FROM + number, rounds)
        for number in range(len(splits))
    ]
    gross = rows.frame["gross_return"].to_numpy(np.float64)
    returns = []
    for split, fit in zip(splits, fitter.fit_all(tasks, meter.fitting(learner)), strict=True):
        meter.fit_done(0, learner, fit.model.rounds)
        part = np.concatenate(split.tests)
        scores = fit.model.predict(rows.features[part])
        returns.append(forecast_returns(scores, rows.label[part], gross[part]))
    paths = assemble_paths(splits, returns, n_groups=plan.search.combinatorial_groups)
    horizon = labelling.horizon_bars
    return np.array([forecast_sharpe(path, horizon_bars=horizon, bar=data.bar) for path in paths])
