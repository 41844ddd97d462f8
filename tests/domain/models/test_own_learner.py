"""A learner of one's own is one file in a folder on Python's path: found, fitted, stored, read."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.models.learners import (
    LEARNERS,
    USER_LEARNERS,
    learner_version,
    registered,
)
from traderai_assets.domain.models.model import decode_model, encode_model
from traderai_assets.plan import training_plan
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.rows import validated_rows
from traderai_assets.settings import load_settings

OWN = Path(__file__).parent / "own_learner"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A folder on the path that holds the learner; what was imported of it is forgotten."""
    shutil.copytree(OWN / USER_LEARNERS, tmp_path / USER_LEARNERS)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / USER_LEARNERS
    for name in [name for name in sys.modules if name.startswith(USER_LEARNERS)]:
        del sys.modules[name]


@pytest.fixture
def own(folder, monkeypatch):
    monkeypatch.setitem(LEARNERS, "logistic", registered()["logistic"])
    return folder


def test_a_file_in_the_folder_is_a_learner_beside_ours(folder):  # noqa: ARG001
    assert list(registered()) == ["lightgbm", "xgboost", "logistic"]


@pytest.mark.parametrize("learners", [("logistic",), ("lightgbm", "xgboost", "logistic")])
def test_a_model_with_it_is_trained_stored_and_read_back_to_the_bit(
    own,  # noqa: ARG001
    planted,
    train,
    small_plan,
    learners,
):
    plan = small_plan(learners=learners)
    market = planted(900)
    model = train(market, plan=plan)
    assert model.card["learners"] == list(learners)
    gain = model.card["importances"]["logistic"]["gain"]
    assert max(gain, key=gain.__getitem__) == "lean"
    frame = encode_model(model)
    validated_rows(MODELS, frame.assign(generation=1))
    row = frame.iloc[0]
    assert list(json.loads(row["other_learners"])) == ["logistic"]
    assert bool(row["lightgbm"]) == bool(row["xgboost"]) == (len(learners) == 3)
    assert decode_model(row).predict(market.features).std() > 0.05
    if len(learners) == 1:
        assert train(market, plan=plan).model_id == model.model_id


def test_an_edited_learner_is_another_in_the_card(own):
    before = learner_version("logistic")
    assert before.startswith("1.0+")
    with (own / "logistic.py").open("a") as file:
        file.write("\n# Another\n")
    assert learner_version("logistic") != before
    assert "+" not in learner_version("lightgbm")


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("b.py", "LEARNER = 1\n", r"LEARNER of .*b\.py lacks name, limits"),
        ("b.py", "learner = 1\n", r"b\.py has no readable LEARNER .*begin its name with an unders"),
        ("b.py", "import nothing_of_this_name\n", r"b\.py has no readable LEARNER .*nothing_of_th"),
        (
            "z.py",
            "from traderai_learners.logistic import LEARNER\n",
            r"'logistic' of .*z\.py has the name of another",
        ),
    ],
)
def test_a_file_that_holds_no_learner_of_its_own_is_refused_by_name(folder, file, text, says):
    (folder / file).write_text(text)
    with pytest.raises(InvalidSettings, match=says):
        registered()


def test_a_file_that_begins_with_an_underscore_is_shared_code(folder):
    (folder / "_shared.py").write_text("raise RuntimeError\n")
    assert "logistic" in registered()


def test_settings_take_it_where_it_is_found_and_name_it_where_it_is_not(
    folder,  # noqa: ARG001
    monkeypatch,
    tmp_path,
):
    file = tmp_path / "traderai.toml"
    file.write_text('[training]\nlearners = ["logistics", "xgboost"]\n')
    with pytest.raises(InvalidSettings, match=r"training.learners \(.*toml\).*there are light"):
        load_settings(file)
    monkeypatch.setitem(LEARNERS, "logistic", registered()["logistic"])
    with pytest.raises(InvalidSettings, match=r"'logistics' is not .*; did you mean 'logistic'\?"):
        load_settings(file)
    monkeypatch.setenv("TRADERAI_TRAINING__LEARNERS", '["logistic"]')
    assert training_plan(load_settings(file)).learners == ("logistic",)
