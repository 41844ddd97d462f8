"""The look-back as training sees it: the same bars under every labelling that may be tried.

All labellings keep the same rows, those that each of them decides, so that a fold is the same
stretch of time whatever its labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import MILLISECOND, IntArray
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.features.month import undefined_rows
from traderai_assets.domain.labels.barriers import barrier_width
from traderai_assets.domain.labels.events import event_bars
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.models.sample import LabelledRows, join_rows
from traderai_assets.domain.training.labelling import Labelling
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.search_plan import GROUPS_LEFT_OUT
from traderai_assets.domain.validation.combinatorial import (
    CombinatorialSplit,
    combinatorial_splits,
)
from traderai_assets.domain.validation.folds import Fold, walk_forward_folds


@dataclass(frozen=True)
class LookBackData:
    """What a training may know.

    Attributes
    ----------
    candles : DataFrame
        Closed bars, oldest first; some before the first row, for the volatility of its width.
    bar : timedelta
        Length of a bar.
    rows : mapping of Labelling to LabelledRows
        Features and labels of the same bars, for each labelling.
    fitted : mapping of Labelling to ndarray of int
        Those of these rows that may be fitted on: all, or those at events. What folds and splits
        train on is among them; what they test is not chosen.
    folds : mapping of Labelling to list of Fold
        Cuts of these rows, fold 0 first, purged by the labelling's own label intervals.
    splits : mapping of Labelling to list of CombinatorialSplit
        The same rows in groups, two left out at a time; empty where the plan asks for none.
    """

    candles: pd.DataFrame
    bar: timedelta
    rows: Mapping[Labelling, LabelledRows]
    fitted: Mapping[Labelling, IntArray]
    folds: Mapping[Labelling, list[Fold]]
    splits: Mapping[Labelling, list[CombinatorialSplit]]


def gather_look_back(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    candles: pd.DataFrame,
    *,
    plan: TrainingPlan,
    bar: timedelta,
) -> LookBackData:
    """Label, join, cut and check the look-back under every labelling of the plan.

    Parameters
    ----------
    features, labels, candles, plan, bar
        As `train_model` takes them.

    Raises
    ------
    NotEnoughData, DegenerateData
        As `train_model`.
    """
    undefined = undefined_rows(features)
    if not undefined.all():  # Features that are never defined are another fault than rows that lack
        features = features[~undefined]
    labelled = {plan.labelling: labels}
    for labelling in plan.labellings[1:]:
        labelled[labelling] = label_bars(
            candles,
            bar=bar,
            horizon_bars=labelling.horizon_bars,
            multiple=labelling.multiple,
            minimum_width=plan.minimum_width,
        ).drop(columns="barrier")
    common = _common_times([features, *labelled.values()])
    rows = {
        labelling: join_rows(_at(features, common), _at(frame, common))
        for labelling, frame in labelled.items()
    }
    candles = candles.reset_index(drop=True)
    fitted = {
        labelling: _fitted(of_labelling, labelling, candles, plan, bar)
        for labelling, of_labelling in rows.items()
    }
    folds = {one: _cut(of_labelling, fitted[one], plan) for one, of_labelling in rows.items()}
    splits = {one: _groups(of_labelling, fitted[one], plan) for one, of_labelling in rows.items()}
    return LookBackData(candles, bar, rows, fitted, folds, splits)


def _common_times(frames: list[pd.DataFrame]) -> "pd.Series[Any]":
    common = frames[0]["open_time"]
    for frame in frames[1:]:
        common = common[common.isin(frame["open_time"])]
    if common.empty:
        raise NotEnoughData(
            f"no bar has both features ({len(frames[0])} rows) and a label under every labelling "
            f"({', '.join(str(len(frame)) for frame in frames[1:])} rows); "
            "materialize features and labels for the months of the look-back"
        )
    return common


def _at(frame: pd.DataFrame, times: "pd.Series[Any]") -> pd.DataFrame:
    return frame[frame["open_time"].isin(times)]


def _fitted(
    rows: LabelledRows,
    labelling: Labelling,
    candles: pd.DataFrame,
    plan: TrainingPlan,
    bar: timedelta,
) -> IntArray:
    """Rows at events, by the width of this labelling; all of them where the plan asks for none."""
    if not plan.event_threshold:
        return np.arange(len(rows))
    widths = barrier_width(
        candles,
        bar=bar,
        horizon_bars=labelling.horizon_bars,
        multiple=labelling.multiple,
        minimum_width=plan.minimum_width,
    )
    events = candles["open_time"][event_bars(candles, widths, plan.event_threshold)]
    return np.flatnonzero(rows.frame["open_time"].isin(events))


def _at_events(train: IntArray, fitted: IntArray, plan: TrainingPlan, where: str) -> IntArray:
    """Take what may be fitted on of the rows of a slice; of too few nothing can be learned."""
    if not plan.event_threshold:
        return train
    kept = np.intersect1d(train, fitted, assume_unique=True)
    if len(kept) < plan.minimum_rows:
        raise NotEnoughData(
            f"{where} has {len(kept)} events of event_threshold = {plan.event_threshold:g} among "
            f"{len(train)} rows, at least {plan.minimum_rows} are needed: lower the threshold or "
            "lengthen the look-back"
        )
    return kept


def _cut(rows: LabelledRows, fitted: IntArray, plan: TrainingPlan) -> list[Fold]:
    """All folds of one labelling, checked before the first is fitted."""
    embargo = plan.embargo // MILLISECOND
    folds = walk_forward_folds(rows.open_ms, rows.end_ms, sizes=plan.fold_sizes, embargo=embargo)
    for number, fold in enumerate(folds):
        where = f"fold {number} of {plan.n_folds}, to train on,"
        folds[number] = replace(fold, train=_at_events(fold.train, fitted, plan, where))
        rows.require_both_classes(folds[number].train, where)
    return folds


def _groups(rows: LabelledRows, fitted: IntArray, plan: TrainingPlan) -> list[CombinatorialSplit]:
    if not plan.search.combinatorial_groups:
        return []
    splits = combinatorial_splits(
        rows.open_ms,
        rows.end_ms,
        n_groups=plan.search.combinatorial_groups,
        n_test_groups=GROUPS_LEFT_OUT,
        embargo=plan.embargo // MILLISECOND,
        minimum_rows=plan.minimum_rows,
    )
    for number, split in enumerate(splits):
        where = f"combinatorial split {number + 1} of {len(splits)}, to train on,"
        splits[number] = replace(split, train=_at_events(split.train, fitted, plan, where))
        rows.require_both_classes(splits[number].train, where)
    return splits


def candle_span(data: LookBackData, rows: LabelledRows, part: IntArray) -> slice:
    """Candles from the first row of a slice to the last that its labels look at."""
    times = data.candles["open_time"]
    first = rows.frame["open_time"].iloc[part[0]]
    end = rows.frame["label_end"].iloc[part].max()
    return slice(int(times.searchsorted(first)), int(times.searchsorted(end)))
