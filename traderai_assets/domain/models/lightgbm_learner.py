"""LightGBM behind the learner interface; its model is LightGBM's text."""

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.models.early_stopping import BestRound
from traderai_assets.domain.models.learner import FitSettings
from traderai_assets.domain.models.sample import Sample

# Byte-equal models for equal inputs; 63 bins take 0.6 of the time of 255. Features are not left
# out for a fit's rows per leaf, so that fits with others can share the bins.
FIXED = {
    "objective": "binary",
    "metric": "binary_logloss",
    "deterministic": True,
    "force_row_wise": True,
    "feature_pre_filter": False,
    "num_threads": 1,
    "max_bin": 63,
    "bagging_freq": 1,
    "verbosity": -1,
}


class FittedLightGBM:
    """One booster, as its text until something is asked of it: to parse takes as long as ten trees.

    Parameters
    ----------
    text : bytes
        LightGBM's text.
    best_rounds : int, optional
        Trees with which the loss on held-out rows was least.
    """

    def __init__(self, text: bytes, best_rounds: int | None = None) -> None:
        self._text = text
        self._best_rounds = best_rounds

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self._text.decode())

    @property
    def rounds(self) -> int:
        """Trees it is made of."""
        return int(self._booster.num_trees())

    @property
    def best_rounds(self) -> int:
        """Trees with which the loss on held-out rows was least; all where none were held out."""
        return self.rounds if self._best_rounds is None else self._best_rounds

    def predict(self, features: FloatArray, rounds: int | None = None) -> FloatArray:
        """Log odds of up, not calibrated."""
        scores = self._booster.predict(
            features, raw_score=True, num_threads=1, num_iteration=rounds or -1
        )
        return np.asarray(scores)

    def gain(self) -> FloatArray:
        """Loss saved by each feature's splits."""
        return np.asarray(self._booster.feature_importance("gain"), dtype=np.float64)

    def contributions(self, features: FloatArray) -> FloatArray:
        """SHAP values by LightGBM's own TreeSHAP."""
        shap = self._booster.predict(features, pred_contrib=True, num_threads=1)
        return np.asarray(shap, dtype=np.float64)[:, :-1]

    def to_bytes(self) -> bytes:
        """LightGBM's text."""
        return self._text


class LightGBMLearner:
    """Gradient boosting by leaf-wise trees."""

    name = "lightgbm"
    limits: Mapping[str, tuple[float, float]] = MappingProxyType(
        {
            "learning_rate": (0.001, 0.5),
            "num_leaves": (2, 255),
            "min_data_in_leaf": (1, 10_000),
            "feature_fraction": (0.1, 1.0),
            "bagging_fraction": (0.1, 1.0),
            "lambda_l2": (0.0, 1_000.0),
        }
    )

    def version(self) -> str:
        """Version of the library."""
        import lightgbm

        return str(lightgbm.__version__)

    def translate(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """Say the shared parameters in LightGBM's words."""
        return {
            "learning_rate": float(parameters["learning_rate"]),
            "num_leaves": int(parameters["leaves"]),
            "min_data_in_leaf": int(parameters["rows_per_leaf"]),
            "feature_fraction": float(parameters["feature_share"]),
            "bagging_fraction": float(parameters["row_share"]),
            "lambda_l2": float(parameters["l2"]),
        }

    def bins(
        self, train: Sample, validation: Sample | None, like: tuple[Any, Any] | None = None
    ) -> tuple[Any, Any]:
        """Cut histograms from `train`, or as those of older rows are cut."""
        import lightgbm

        cut = lightgbm.Dataset(
            train.features,
            train.target,
            reference=like[0] if like else None,
            weight=train.weight,
            feature_name=list(train.names),
            params=FIXED,
        )
        if validation is None:
            return cut.construct(), None
        held_out = cut.create_valid(
            validation.features, validation.target, weight=validation.weight, params=FIXED
        )
        return cut.construct(), held_out.construct()

    def fit(
        self, bins: tuple[Any, Any], settings: FitSettings, report: Callable[[int], None]
    ) -> FittedLightGBM:
        """Fit round by round; nothing is asked of the library that nobody reads."""
        import lightgbm

        train, held_out = bins
        booster = lightgbm.Booster({**FIXED, **settings.parameters, "seed": settings.seed}, train)
        if held_out is not None:
            booster.add_valid(held_out, "held out")
        best = BestRound(settings.early_stopping_rounds, settings.least_rounds)
        for done in range(1, settings.rounds + 1):
            ended = booster.update()
            if done % settings.report_every == 0:
                report(done)
            if ended:  # No leaf is worth splitting, nor will one be
                break
            if held_out is not None and best.is_due(done):
                ((_, _, loss, _),) = booster.eval_valid()
                if best.is_over(done, loss):
                    break
        text = booster.model_to_string(num_iteration=-1).encode()
        return FittedLightGBM(text, best.rounds if held_out is not None else None)

    def from_bytes(self, content: bytes) -> FittedLightGBM:
        """Read LightGBM's text."""
        return FittedLightGBM(content)
