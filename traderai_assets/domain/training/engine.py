"""The engine: search, walk forward over the look-back, judge, then fit on all of it what serves.

What a fold is stands in validation, what is tried in search, what is asked of a model in
selection, what is stored of it all in evidence and in models/model.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.models.model import TrainedModel
from traderai_assets.domain.training.combinatorial_paths import path_sharpes
from traderai_assets.domain.training.dataset import LookBackData, gather_look_back
from traderai_assets.domain.training.evaluation import judge_tests
from traderai_assets.domain.training.evidence import Evidence, build_card
from traderai_assets.domain.training.final_fit import fit_served
from traderai_assets.domain.training.fit_arrays import FitArrays
from traderai_assets.domain.training.fitting import Fitter
from traderai_assets.domain.training.known_tests import known_tests
from traderai_assets.domain.training.learner_choice import LearnerChooser, begins_of_tests
from traderai_assets.domain.training.out_of_fold import OutOfFold
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.policy_pricing import PolicyPricing
from traderai_assets.domain.training.policy_search import PolicySearch
from traderai_assets.domain.training.progress import (
    COMBINATORIAL,
    FINAL_FIT,
    WALK_FORWARD,
    Progress,
    ProgressMeter,
)
from traderai_assets.domain.training.search_order import SearchOrder
from traderai_assets.domain.training.walk_forward import judge_folds, out_of_sample, scored_test


def train_model(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    candles: pd.DataFrame,
    *,
    plan: TrainingPlan,
    bar: timedelta,
    report: Callable[[Progress], None],
    inputs: Mapping[str, str],
    storage: Any = None,
    study: str = "training",
    order: SearchOrder = SearchOrder(),  # noqa: B008 - it cannot be changed
    fits: Callable[[FitArrays], Fitter] = Fitter,
) -> TrainedModel:
    """Train the model of one look-back.

    Parameters
    ----------
    features : DataFrame
        `open_time` and the feature columns, bars of the look-back.
    labels : DataFrame
        As `label_bars` gives them under the plan's own labelling: those known by the end of the
        look-back, no other.
    candles : DataFrame
        Candles of the look-back and of some bars before it; none that closes after its end.
    plan : TrainingPlan
        Every setting.
    bar : timedelta
        Length of a bar.
    report : callable
        Called with a Progress every `plan.report_every` rounds, after each fit and at the end;
        what it raises ends the training.
    inputs : mapping of str to str
        Content hashes of what the rows were read from, for the card.
    storage : optuna storage, optional
        Where the studies are kept, so that a killed training goes on; in memory by default.
    study : str
        Name of the study of the model's own search in it: one for each set of inputs and plan.
    order : SearchOrder
        How its learners are chosen; by a search on these rows, unless it says otherwise.
    fits : callable
        Makes what fits of the look-back's arrays.

    Returns
    -------
    TrainedModel
        The ensemble fitted on the whole look-back, its card with every trial and the verdict, and
        what the walk-forward folds said and did out of sample.

    Raises
    ------
    NotEnoughData
        If a slice would have fewer rows than the plan asks for.
    DegenerateData
        If a slice holds one direction only, no feature varies, or a value is infinite.
    """
    data = gather_look_back(features, labels, candles, plan=plan, bar=bar)
    meter = ProgressMeter(
        report, plan.n_folds, planned_fits(plan, _seen(data, plan, order)), plan.rounds
    )
    fitter = fits(FitArrays.of(data, plan))
    folds_fitted = OutOfFold(data, plan, fitter, meter)
    chooser = LearnerChooser(plan, bar, order, storage=storage, meter=meter, fits=fits)
    chosen = chooser.choose(data, folds_fitted, study)
    learners = chosen.learners
    meter.enter(WALK_FORWARD)
    folds = judge_folds(learners, folds_fitted, plan)
    last = plan.n_folds + 1
    known = known_tests(folds_fitted, learners.best(last), last)
    policies = PolicySearch(
        [scored_test(part, data) for part in folds],
        PolicyPricing(
            data,
            [*(part.known for part in folds), known],
            confidence=plan.confidence,
            seed=plan.seed,
        ),
        plan,
        bar,
        meter,
    )
    policies.run()
    priced = [policies.best(number) for number in range(1, last + 1)]
    decided = out_of_sample(folds, priced[:-1], plan)
    verdict = judge_tests(
        decided,
        data.candles,
        bar=bar,
        costs=plan.costs,
        searches=(learners.trials, policies.trials),
        policy_returns=policies.returns(),
        seed=plan.seed,
    )
    meter.enter(FINAL_FIT)
    served = fit_served(known, folds_fitted, plan, fitter, meter)
    meter.enter(COMBINATORIAL)
    paths = path_sharpes(data, served, folds_fitted, plan, fitter, meter)
    evidence = Evidence(
        folds,
        served,
        priced,
        decided,
        learners.trials,
        policies.trials,
        verdict,
        paths,
        chosen.searched,
        order.start,
    )
    card = build_card(data, evidence, plan, inputs)
    meter.finished()
    return TrainedModel(
        card=card,
        boosters={
            name: member.fitted.to_bytes() for name, member in served.ensemble.members.items()
        },
        out_of_sample=decided,
    )


def planned_fits(plan: TrainingPlan, seen: int | None = None) -> int:
    """How many fits a plan asks for at most.

    Parameters
    ----------
    plan : TrainingPlan
    seen : int, optional
        Of a refit: how many tests begin before the look-back ends whose search chooses for it.
    """
    tests, learners, trials = plan.n_folds + 1, len(plan.learners), plan.search.learner_trials
    searched = trials * tests
    if seen is None:
        # Each test may ask for another trial's labels and parameters, of which others must be
        # fitted
        walked = (learners - 1) * tests * min(trials, tests + 1)
    else:  # What is chosen on every test, and what is tried first on those that are seen
        walked = learners * (tests + (seen if seen > 1 else 0))
    return searched + walked + learners + plan.search.combinatorial_fits


def _seen(data: LookBackData, plan: TrainingPlan, order: SearchOrder) -> int | None:
    if order.earlier is None:
        return None
    return int((begins_of_tests(data, plan) < milliseconds(order.earlier.until)).sum())
