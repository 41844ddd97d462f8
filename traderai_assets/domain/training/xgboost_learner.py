"""XGBoost behind the learner interface; its model is XGBoost's UBJ."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from traderai_assets.domain.features.bars import FloatArray
from traderai_assets.domain.training.learner import FitSettings, chosen_parameters
from traderai_assets.domain.training.sample import Sample

MAX_BIN = 64
FIXED = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "max_bin": MAX_BIN,
    "nthread": 1,
    "verbosity": 0,
}
DEFAULTS: dict[str, float] = {
    "learning_rate": 0.05,
    "max_depth": 4,
    "min_child_weight": 10.0,
    "colsample_bytree": 0.7,
    "subsample": 0.8,
    "reg_lambda": 5.0,
}


class FittedXGBoost:
    """One booster."""

    def __init__(self, booster: Any) -> None:
        self._booster = booster
        self._booster.set_param({"nthread": 1})

    @property
    def rounds(self) -> int:
        """Trees it is made of."""
        return int(self._booster.num_boosted_rounds())

    def predict(self, features: FloatArray) -> FloatArray:
        """Log odds of up, not calibrated."""
        margins = self._booster.inplace_predict(
            features, predict_type="margin", validate_features=False
        )
        return np.asarray(margins, dtype=np.float64)

    def gain(self) -> FloatArray:
        """Loss saved by each feature's splits; a feature never split on has none."""
        gains = self._booster.get_score(importance_type="total_gain")
        return np.array([gains.get(name, 0.0) for name in self._booster.feature_names])

    def to_bytes(self) -> bytes:
        """XGBoost's UBJ."""
        return bytes(self._booster.save_raw("ubj"))


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

    def fit(
        self,
        train: Sample,
        validation: Sample,
        settings: FitSettings,
        report: Callable[[int], None],
    ) -> FittedXGBoost:
        """Fit on `train`, stop early on `validation`; keep the trees up to the best round."""
        import xgboost

        class ReportRound(xgboost.callback.TrainingCallback):  # type: ignore[misc]  # untyped
            def after_iteration(self, _model: Any, epoch: int, _log: Any) -> bool:
                if (epoch + 1) % settings.report_every == 0:
                    report(epoch + 1)
                return False

        def matrix(sample: Sample, **options: Any) -> Any:
            return xgboost.QuantileDMatrix(
                sample.features,
                sample.target,
                weight=sample.weight,
                feature_names=list(sample.names),
                max_bin=MAX_BIN,
                nthread=1,
                **options,
            )

        bins = matrix(train)
        parameters = chosen_parameters(DEFAULTS, settings.parameters)
        booster = xgboost.train(
            {**FIXED, **parameters, "seed": settings.seed},
            bins,
            num_boost_round=settings.rounds,
            evals=[(matrix(validation, ref=bins), "validation")],
            early_stopping_rounds=settings.early_stopping_rounds,
            callbacks=[ReportRound()],
            verbose_eval=False,
        )
        return FittedXGBoost(booster[: booster.best_iteration + 1])

    def from_bytes(self, content: bytes) -> FittedXGBoost:
        """Read XGBoost's UBJ."""
        import xgboost

        return FittedXGBoost(xgboost.Booster(model_file=bytearray(content)))
