"""The engine: walk forward over the look-back, then fit the model that serves.

What a fold is stands in validation, what is stored of it all in card and model.
"""

from collections.abc import Callable, Mapping

import pandas as pd

from traderai_assets.domain.features.bars import MILLISECOND
from traderai_assets.domain.training.card import build_card
from traderai_assets.domain.training.ensemble import fit_ensemble
from traderai_assets.domain.training.model import TrainedModel
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import Progress, ProgressMeter
from traderai_assets.domain.training.sample import LabelledRows, join_rows
from traderai_assets.domain.training.walk_forward import out_of_sample, walk_forward
from traderai_assets.domain.validation.folds import Fold, final_fold, walk_forward_folds


def train_model(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    plan: TrainingPlan,
    report: Callable[[Progress], None],
    inputs: Mapping[str, str],
) -> TrainedModel:
    """Train the model of one look-back.

    Parameters
    ----------
    features : DataFrame
        `open_time` and the feature columns, bars of the look-back.
    labels : DataFrame
        As `label_bars` gives them: those known by the end of the look-back, no other.
    plan : TrainingPlan
        Every setting.
    report : callable
        Called with a Progress every `plan.report_every` rounds, after each fit and at the end;
        what it raises ends the training.
    inputs : mapping of str to str
        Content hashes of what the rows were read from, for the card.

    Returns
    -------
    TrainedModel
        The ensemble fitted on the whole look-back, its card, and what the walk-forward folds said
        out of sample.

    Raises
    ------
    NotEnoughData
        If a slice would have fewer rows than the plan asks for.
    DegenerateData
        If a slice holds one direction only, no feature varies, or a value is infinite.
    """
    rows = join_rows(features, labels)
    folds, last = _folds(rows, plan)
    meter = ProgressMeter(report, plan.n_folds, len(plan.learners), plan.rounds)
    tested = walk_forward(rows, folds, plan, meter)
    served = fit_ensemble(rows, last, plan, meter, number=0)
    known = out_of_sample(rows, tested)
    card = build_card(rows, tested, last, served, known, plan, inputs)
    meter.finished()
    return TrainedModel(
        card=card,
        boosters={name: member.fitted.to_bytes() for name, member in served.members.items()},
        out_of_sample=known,
    )


def _folds(rows: LabelledRows, plan: TrainingPlan) -> tuple[list[Fold], Fold]:
    """All folds, checked before the first is fitted."""
    embargo = plan.embargo // MILLISECOND
    folds = walk_forward_folds(rows.open_ms, rows.end_ms, sizes=plan.fold_sizes, embargo=embargo)
    last = final_fold(rows.open_ms, rows.end_ms, sizes=plan.fold_sizes, embargo=embargo)
    for number, fold in enumerate([*folds, last], start=1):
        where = f"fold {number} of {len(folds)}" if number <= len(folds) else "the final fit"
        rows.require_both_classes(fold.train, f"{where}, to train on,")
        rows.require_both_classes(fold.validation, f"{where}, to stop early on,")
        rows.require_both_classes(fold.calibration, f"{where}, to calibrate on,")
    return folds, last
