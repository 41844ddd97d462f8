"""XGBoost behind the learner interface; its model is XGBoost's UBJ."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.models.early_stopping import BestRound
from traderai_assets.domain.models.learner import FitSettings
from traderai_assets.domain.models.sample import Sample

MAX_BIN = 64
FIXED = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "max_bin": MAX_BIN,
    "nthread": 1,
    "verbosity": 0,
}
# A row with an even chance has a hessian of a quarter
_HESSIAN = 0.25


class FittedXGBoost:
    """One booster."""

    def __init__(self, booster: Any, best_rounds: int | None = None) -> None:
        self._booster = booster
        self._booster.set_param({"nthread": 1})
        self._best_rounds = best_rounds

    @property
    def rounds(self) -> int:
        """Trees it is made of."""
        return int(self._booster.num_boosted_rounds())

    @property
    def best_rounds(self) -> int:
        """Trees with which the loss on held-out rows was least; all where none were held out."""
        return self.rounds if self._best_rounds is None else self._best_rounds

    def predict(self, features: FloatArray, rounds: int | None = None) -> FloatArray:
        """Log odds of up, not calibrated."""
        margins = self._booster.inplace_predict(
            features,
            predict_type="margin",
            validate_features=False,
            iteration_range=(0, rounds or 0),
        )
        return np.asarray(margins, dtype=np.float64)

    def gain(self) -> FloatArray:
        """Loss saved by each feature's splits; a feature never split on has none."""
        gains = self._booster.get_score(importance_type="total_gain")
        return np.array([gains.get(name, 0.0) for name in self._booster.feature_names])

    def contributions(self, features: FloatArray) -> FloatArray:
        """SHAP values by XGBoost's own TreeSHAP."""
        import xgboost

        rows = xgboost.DMatrix(features, feature_names=self._booster.feature_names, nthread=1)
        shap = self._booster.predict(rows, pred_contribs=True)
        return np.asarray(shap, dtype=np.float64)[:, :-1]

    def to_bytes(self) -> bytes:
        """XGBoost's UBJ."""
        return bytes(self._booster.save_raw("ubj"))


class _Bins(NamedTuple):
    """Rows to fit and to test on; XGBoost compares the names of its features at each round."""

    train: Any
    held_out: Any
    names: list[str]


class XGBoostLearner:
    """Gradient boosting by depth-wise trees over histograms."""

    name = "xgboost"
    limits: Mapping[str, tuple[float, float]] = MappingProxyType(
        {
            "learning_rate": (0.001, 0.5),
            "max_depth": (1, 12),
            "min_child_weight": (0.0, 10_000.0),
            "colsample_bytree": (0.1, 1.0),
            "subsample": (0.1, 1.0),
            "reg_lambda": (0.0, 1_000.0),
        }
    )

    def version(self) -> str:
        """Version of the library."""
        import xgboost

        return str(xgboost.__version__)

    def translate(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """Say the shared parameters in XGBoost's words; a tree of depth d has 2^d leaves."""
        return {
            "learning_rate": float(parameters["learning_rate"]),
            "max_depth": max(round(math.log2(parameters["leaves"])), 1),
            "min_child_weight": _HESSIAN * float(parameters["rows_per_leaf"]),
            "colsample_bytree": float(parameters["feature_share"]),
            "subsample": float(parameters["row_share"]),
            "reg_lambda": float(parameters["l2"]),
        }

    def bins(self, train: Sample, validation: Sample | None, like: _Bins | None = None) -> _Bins:
        """Cut histograms from `train`, or as those of older rows are cut."""
        cut = _matrix(train, ref=like.train if like else None)
        held_out = _matrix(validation, ref=cut) if validation else None
        return _Bins(cut, held_out, list(train.names))

    def fit(
        self, bins: _Bins, settings: FitSettings, report: Callable[[int], None]
    ) -> FittedXGBoost:
        """Fit round by round; nothing is asked of the library that nobody reads."""
        import xgboost

        train, held_out, names = bins
        booster = xgboost.Booster(
            {**FIXED, **settings.parameters, "seed": settings.seed},
            [train] if held_out is None else [train, held_out],
        )
        best = BestRound(settings.early_stopping_rounds, settings.least_rounds)
        for done in range(1, settings.rounds + 1):
            booster.update(train, done - 1)
            if done % settings.report_every == 0:
                report(done)
            if held_out is not None and best.is_due(done):
                # It answers in words, the number behind the last colon
                loss = float(booster.eval(held_out, "validation").rpartition(":")[2])
                if best.is_over(done, loss):
                    break
        booster.feature_names = names
        return FittedXGBoost(booster, best.rounds if held_out is not None else None)

    def from_bytes(self, content: bytes) -> FittedXGBoost:
        """Read XGBoost's UBJ."""
        import xgboost

        return FittedXGBoost(xgboost.Booster(model_file=bytearray(content)))


def _matrix(sample: Sample, **options: Any) -> Any:
    import xgboost

    return xgboost.QuantileDMatrix(
        sample.features,
        sample.target,
        weight=sample.weight,
        max_bin=MAX_BIN,
        nthread=1,
        **options,
    )
