"""A learner of one's own, chosen in the settings: trained, stored, crowned, served, made again."""

import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import never_written, opened
from traderai_assets.domain.models.learners import LEARNERS, USER_LEARNERS, registered
from traderai_assets.registry.reproduction import differences, reasons_to_differ, train_again
from traderai_assets.registry.stored_models import find_model
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS

OWN = Path(__file__).parents[1] / "domain" / "models" / "own_learner"
# What has a model in it; the rest of a lived-in home are candles, features and labels
MADE = ("models", "out_of_sample", "champions", "signals", "predictions")


@pytest.fixture
def found(monkeypatch):
    """The learner's folder is on the path of the run's process."""
    monkeypatch.syspath_prepend(OWN)
    monkeypatch.setitem(LEARNERS, "logistic", registered()["logistic"])
    yield
    for name in [name for name in sys.modules if name.startswith(USER_LEARNERS)]:
        del sys.modules[name]


@pytest.fixture
def chosen(found, lived_in, feed, tmp_path):  # noqa: ARG001
    """A home with candles, features and labels whose settings choose the learner, alone."""
    home = shutil.copytree(lived_in, tmp_path / "home")
    for table in MADE:
        never_written(home, table)
    training = {"folds": 2, "horizon_bars": 3, "learners": ("logistic",)}
    with opened(home, feed, LATER, training=training) as platform:
        yield platform


def test_a_model_of_ones_own_learner_lives_as_every_model_does(chosen, monkeypatch):
    trained = chosen.run("train", "2024-07")
    stored = chosen.rows(MODELS, "2024-07").iloc[0]
    card = json.loads(stored["card"])
    assert card["learners"] == card["plan"]["learners"] == ["logistic"]
    assert [list(fold["learners"]) for fold in card["folds"]] == [["logistic"]] * 2
    assert list(card["rounds"]) == list(card["importances"]) == ["logistic"]
    assert card["library_versions"]["logistic"].startswith("1.0+")
    assert (stored["lightgbm"], stored["xgboost"]) == (b"", b"")
    [page] = [
        event.materialization.metadata
        for event in trained.get_asset_materialization_events()
        if "top_features" in event.materialization.metadata
    ]
    assert page["plan"].data["learners"] == ["logistic"]
    assert len(page["top_features"].records) == 10

    chosen.run("train", "2024-07", only=["models"])
    assert len(chosen.rows(MODELS, "2024-07")) == 1  # Made of the same, so it stays
    chosen.run("choose_champion")
    assert chosen.rows(CHAMPIONS)["model_id"].tolist() == [stored["model_id"]]
    chosen.now_is(LATER + timedelta(hours=4))
    chosen.run("backfill", "2024-06")
    chosen.run("generate_signals", "2024-06")
    predicted = chosen.rows(PREDICTIONS, "2024-06")
    assert set(predicted["model_id"]) == {stored["model_id"]}
    assert predicted["probability"].between(0, 1).all()
    assert predicted["probability"].nunique() == 4

    kept = find_model(chosen.lake, stored["model_id"])
    assert differences(kept, train_again(chosen.lake, kept, lambda _: None)) == []
    assert reasons_to_differ(kept.card) == []
    monkeypatch.setattr(type(LEARNERS["logistic"]), "version", lambda _: "2.0")
    [reason] = reasons_to_differ(kept.card)
    assert reason.startswith("Made with logistic 1.0+")
