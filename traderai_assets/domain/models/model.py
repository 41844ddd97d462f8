"""The model: stored as one row, its bytes checked against its id before any is parsed.

Nothing is pickled: LightGBM's text, XGBoost's UBJ, JSON.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import CorruptModel, FeatureMismatch, InvalidSettings
from traderai_assets.domain.metrics.catalogue import OF_MODELS, stored_names
from traderai_assets.domain.models.calibration import PlattScaling
from traderai_assets.domain.models.card import Card, canonical_json
from traderai_assets.domain.models.ensemble import Ensemble, Member
from traderai_assets.domain.models.learners import LEARNERS, USER_LEARNERS

# Learners with a column of their own in the models table; all others share one
OWN_COLUMNS = ("lightgbm", "xgboost")


@dataclass(frozen=True)
class TrainedModel:
    """What a training hands over.

    Attributes
    ----------
    card : dict
        See card.
    boosters : mapping of str to bytes
        Each learner's model in its library's portable form.
    out_of_sample : DataFrame
        See `out_of_sample` in walk_forward.
    """

    card: Card
    boosters: Mapping[str, bytes]
    out_of_sample: pd.DataFrame

    @property
    def lightgbm(self) -> bytes:
        """LightGBM's text; empty where the plan left it out."""
        return self.boosters.get("lightgbm", b"")

    @property
    def xgboost(self) -> bytes:
        """XGBoost's UBJ; empty where the plan left it out."""
        return self.boosters.get("xgboost", b"")

    @cached_property
    def other_learners(self) -> str:
        """Models of registered learners as JSON, name to base64; empty where there is none."""
        others = {
            name: base64.b64encode(content).decode()
            for name, content in self.boosters.items()
            if name not in OWN_COLUMNS
        }
        return canonical_json(others) if others else ""

    @cached_property
    def model_id(self) -> str:
        """32 hexadecimal characters over the card and all model bytes."""
        return _model_id(
            canonical_json(self.card), self.lightgbm, self.xgboost, self.other_learners
        )


class ServingModel:
    """A model read back and verified, ready to predict."""

    def __init__(self, model_id: str, card: Card, ensemble: Ensemble) -> None:
        self.model_id = model_id
        self.card = card
        self._ensemble = ensemble

    @property
    def features(self) -> tuple[str, ...]:
        """Columns that `predict` wants."""
        return tuple(self.card["features"])

    def predict(self, features: pd.DataFrame) -> FloatArray:
        """Calibrated probability that the upper barrier comes first, one for each row.

        Parameters
        ----------
        features : DataFrame
            The columns the model was trained on, in any order; `open_time` may stand beside them.

        Raises
        ------
        FeatureMismatch
            If a column is missing or unknown.
        """
        present = {str(name) for name in features.columns} - {"open_time"}
        missing = [name for name in self.features if name not in present]
        unknown = sorted(present - set(self.features))
        if missing or unknown:
            raise FeatureMismatch(
                f"model {self.model_id} was trained on other features: missing here "
                f"{missing or 'none'}, unknown to it {unknown or 'none'}; compute features with "
                f"code version {self.card['code_version']['features']} or train the model anew"
            )
        return self._ensemble.probability(features[list(self.features)].to_numpy(np.float64))


def encode_model(model: TrainedModel) -> pd.DataFrame:
    """Write a model as one row of the models table."""
    metrics = model.card["metrics"]
    row = {
        "model_id": model.model_id,
        "trained_from": pd.Timestamp(model.card["trained_from"]),
        "trained_until": pd.Timestamp(model.card["trained_until"]),
        "rows": model.card["rows"],
        "folds": len(model.card["folds"]),
        **{name: metrics[name] for name in stored_names(OF_MODELS)},
        "promotable": model.card["selection"]["promotable"],
        "verdict": "; ".join(model.card["selection"]["reasons"]) or "clears every demand",
        "fault": model.card["selection"]["fault"] or None,
        "card": canonical_json(model.card),
        "lightgbm": model.lightgbm,
        "xgboost": model.xgboost,
        "other_learners": model.other_learners,
    }
    return pd.DataFrame([row]).astype(
        {
            "model_id": "str",
            "trained_from": "datetime64[ms, UTC]",
            "trained_until": "datetime64[ms, UTC]",
            **dict.fromkeys(stored_names(OF_MODELS), "float64"),
            "promotable": "bool",
            "verdict": "str",
            "fault": "str",
            "card": "str",
            "lightgbm": "object",
            "xgboost": "object",
            "other_learners": "str",
        }
    )


def decode_model(row: "pd.Series[Any] | Mapping[str, Any]") -> ServingModel:
    """Read one row of the models table back.

    Parameters
    ----------
    row : Series or mapping
        `model_id`, `card` and the columns of model bytes; others are not looked at.

    Raises
    ------
    CorruptModel
        If card and bytes do not hash to the model id. Nothing has been parsed by then.
    InvalidSettings
        If the model uses a learner that is not registered here.
    """
    model_id, card_text, others = row["model_id"], row["card"], row["other_learners"]
    own = {name: bytes(row[name]) for name in OWN_COLUMNS}
    found = _model_id(card_text, own["lightgbm"], own["xgboost"], others)
    if found != model_id:
        raise CorruptModel(
            f"model {model_id}: its card and bytes hash to {found}; they were changed after the "
            "training; nothing of them was loaded, train the model again or roll back"
        )
    card: Card = json.loads(card_text)
    _require_registered(model_id, card["learners"])
    shared = json.loads(others) if others else {}
    boosters = own | {name: base64.b64decode(content) for name, content in shared.items()}
    members = {
        name: Member(
            LEARNERS[name].from_bytes(boosters[name]),
            PlattScaling(**card["calibration"][name]),
        )
        for name in card["learners"]
    }
    return ServingModel(model_id, card, Ensemble(members))


def _require_registered(model_id: str, names: Iterable[str]) -> None:
    absent = [name for name in names if name not in LEARNERS]
    if absent:
        raise InvalidSettings(
            f"model {model_id} was trained with {', '.join(absent)}, not registered here; "
            f"put the learner's file into a folder {USER_LEARNERS} on Python's path, or use "
            "another model"
        )


def _model_id(card_text: str, lightgbm: bytes, xgboost: bytes, others: str) -> str:
    digest = hashlib.blake2b()
    for part in (card_text.encode(), lightgbm, xgboost, others.encode()):
        # With its length first, no byte can pass from one part to the next unseen
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:32]
