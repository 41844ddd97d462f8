"""The page of a model: its metrics are the catalogue's, also of a card older than a metric."""

import json

import numpy as np
import pandas as pd

from traderai_assets.domain.metrics.catalogue import OF_MODELS, stored_names
from traderai_assets.domain.metrics.metric import RATIO, Metric
from traderai_assets.registry import model_page
from traderai_assets.registry.model_page import model_metadata

FOLD = {
    "slices": {"test": {"from": "2026-03-01T00:00", "until": "2026-04-01T00:00", "rows": 700}},
    "metrics": {"auc": 0.51239, "log_loss": None, "brier": 0.25, "up_share": 0.5},
}
TRIAL = {"ordinal": 1, "state": "complete", "value": 0.9, "parameters": {"depth": 4}}
CARD = {
    "folds": [FOLD],
    "learners": ["lightgbm"],
    "importances": {"lightgbm": {"gain": {"rsi_14": 1.0}, "shap": {"rsi_14": 1.0}}},
    "chosen": {},
    "search": {"learner_trials": [TRIAL], "policy_trials": []},
    "selection": {},
    "plan": {},
}
MARCH, APRIL = pd.Timestamp("2026-03-01", tz="UTC"), pd.Timestamp("2026-04-01", tz="UTC")
ROW = pd.Series(
    {
        "model_id": "m1",
        "promotable": True,
        "verdict": "clears every demand",
        "fault": None,
        "trained_from": MARCH,
        "trained_until": APRIL,
        "rows": 700,
        "auc": 0.5124,
        "log_loss": np.nan,
        "brier": 0.25,
        "card": json.dumps(CARD),
    }
)


def test_the_page_shows_the_stored_metrics_that_are_defined_and_the_headlines_of_each_fold():
    page = model_metadata(ROW, reused=False)
    assert {name: page.get(name) for name in stored_names(OF_MODELS)} == {
        "auc": 0.5124,
        "log_loss": None,
        "brier": 0.25,
    }
    assert page["fault"] == "none"
    [fold] = page["folds"].records
    assert {"auc": 0.5124, "log_loss": None}.items() <= fold.data.items()


def test_the_page_says_whose_search_chose_where_the_card_does():
    searched = {"month": "2026-01", "look_back": "a/b", "refit": True, "because": ""}
    card = CARD | {"search": {**CARD["search"], "searched": searched}}
    row = ROW.copy()
    row["card"] = json.dumps(card)
    page = model_metadata(row, reused=False)
    assert page["searched"].data == searched
    assert model_metadata(ROW, reused=False)["searched"].data == {}


def test_a_model_that_is_older_than_a_metric_has_a_page_all_the_same(monkeypatch):
    young = Metric("mcc", "Matthews' correlation.", RATIO, True, "in one direction", headline=True)
    monkeypatch.setattr(model_page, "OF_MODELS", (*OF_MODELS, young))
    page = model_metadata(pd.concat([ROW, pd.Series({"mcc": np.nan})]), reused=False)
    assert "mcc" not in page
    assert page["folds"].records[0].data["mcc"] is None


def test_the_bars_of_the_importances_are_percent_of_all_gain(monkeypatch):
    drawn = {}
    monkeypatch.setattr(model_page, "bar_chart", lambda bars, **_: drawn.update(bars) or "<svg/>")
    gains = {"rsi_14": 3.0, "slope_96": 1.0}
    card = CARD | {"importances": {"lightgbm": {"gain": gains, "shap": gains}}}
    row = ROW.copy()
    row["card"] = json.dumps(card)
    model_metadata(row, reused=False)
    assert drawn == {"rsi_14": 75.0, "slope_96": 25.0}
