"""What fitting needs of a look-back, as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.models.learner import FitSettings
from traderai_assets.domain.models.sample import RowWeights, Sample, sample_rows
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.labelling import Labelling
from traderai_assets.domain.training.plan import TrainingPlan

_DAY_MS = 86_400_000.0
# Beside the folds: the fit on all rows, and from 1,000 on the combinatorial splits
ALL_ROWS = -1
SPLITS_FROM = 1_000


@dataclass(frozen=True)
class LabelArrays:
    """One labelling: label intervals and labels of the rows, those to fit and to test on by fold.

    The fit on all rows, `ALL_ROWS`, has none to test on, nor have the combinatorial splits, which
    stand behind `SPLITS_FROM`.
    """

    open_ms: IntArray
    end_ms: IntArray
    label: IntArray
    slices: Mapping[int, tuple[IntArray, IntArray]]


@dataclass(frozen=True)
class FitArrays:
    """The rows of a look-back under every labelling, how they count, and how long a fit is."""

    names: tuple[str, ...]
    features: FloatArray
    labels: Mapping[Labelling, LabelArrays]
    settings: FitSettings
    weights: RowWeights
    most_rows: int

    @classmethod
    def of(cls, data: LookBackData, plan: TrainingPlan) -> "FitArrays":
        """Take what fitting needs."""
        first = next(iter(data.rows.values()))
        return cls(
            names=first.names,
            features=first.features,
            labels={
                labelling: LabelArrays(
                    rows.open_ms,
                    rows.end_ms,
                    rows.label.astype(np.int64),
                    _slices(data, labelling),
                )
                for labelling, rows in data.rows.items()
            },
            settings=FitSettings(
                plan.rounds, plan.early_stopping_rounds, plan.report_every, plan.seed
            ),
            weights=RowWeights(plan.uniqueness, plan.half_life_days * _DAY_MS),
            most_rows=plan.most_rows,
        )

    def fit_settings(
        self, parameters: Mapping[str, float], labelling: Labelling, fold: int, rounds: int
    ) -> FitSettings:
        """Settings of one fit: of so many rounds, or of more while its test slice gains by them."""
        most = max(self.settings.rounds, rounds) if self._is_tested(labelling, fold) else rounds
        return replace(self.settings, parameters=parameters, rounds=most, least_rounds=rounds)

    def samples(self, labelling: Labelling, fold: int) -> tuple[Sample, Sample | None]:
        """Training and test rows of a fold."""
        train, test = self.labels[labelling].slices[fold]
        held_out = self._sample(labelling, test) if self._is_tested(labelling, fold) else None
        return self._sample(labelling, thinned(train, self.most_rows)), held_out

    def _is_tested(self, labelling: Labelling, fold: int) -> bool:
        """Whether any row with a direction is held out."""
        of = self.labels[labelling]
        return bool(of.label[of.slices[fold][1]].any())

    def _sample(self, labelling: Labelling, rows: IntArray) -> Sample:
        of = self.labels[labelling]
        return sample_rows(
            rows, self.names, self.features, of.label, of.open_ms, of.end_ms, self.weights
        )


def thinned(rows: IntArray, most: int) -> IntArray:
    """At most so many of the rows, equally far apart, the newest among them."""
    step = max(-(-len(rows) // most), 1)
    return rows[::-1][::step][::-1]


def _slices(data: LookBackData, labelling: Labelling) -> dict[int, tuple[IntArray, IntArray]]:
    none = np.arange(0)
    folds = {number: (fold.train, fold.test) for number, fold in enumerate(data.folds[labelling])}
    splits = enumerate(data.splits[labelling], start=SPLITS_FROM)
    whole = {ALL_ROWS: (data.fitted[labelling], none)}
    return whole | folds | {number: (split.train, none) for number, split in splits}
