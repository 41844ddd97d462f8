"""The stored model: read back equal, refused when changed, clear about its columns."""

import json

import numpy as np
import pytest

from traderai_assets.domain.errors import CorruptModel, FeatureMismatch, InvalidSettings
from traderai_assets.domain.models import learners
from traderai_assets.domain.models.model import decode_model, encode_model
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.rows import validated_rows


@pytest.fixture(scope="module")
def model(planted, train):
    return train(planted())


@pytest.fixture
def row(model):
    return encode_model(model).iloc[0]


def test_a_model_is_one_row_that_its_table_accepts(model):
    frame = encode_model(model)
    assert len(validated_rows(MODELS, frame.assign(generation=1))) == 1
    assert frame["model_id"].str.fullmatch("[0-9a-f]{32}").all()
    assert frame["auc"].iloc[0] == model.card["metrics"]["auc"]
    assert json.loads(frame["card"].iloc[0]) == model.card


def test_what_was_said_out_of_sample_fits_its_table(model):
    validated_rows(OUT_OF_SAMPLE, model.out_of_sample)


def test_a_model_read_back_predicts_to_the_bit_what_it_predicted(planted, model, row):
    features = planted(seed=9).features
    served = decode_model(row)
    again = decode_model(encode_model(model).iloc[0].to_dict())
    assert served.model_id == model.model_id
    predicted = served.predict(features)
    assert predicted.tobytes() == again.predict(features).tobytes()
    assert ((predicted > 0) & (predicted < 1)).all()
    assert np.corrcoef(predicted, features["lean"].fillna(0))[0, 1] > 0.7


def test_a_row_is_predicted_the_same_alone_or_among_others(planted, row):
    features = planted(seed=9).features
    served = decode_model(row)
    together = served.predict(features)
    for at in (0, 1, 17, 1499):
        assert served.predict(features.iloc[[at]])[0] == together[at]
    assert served.predict(features.iloc[:0]).shape == (0,)


def test_the_order_of_columns_does_not_matter(planted, row):
    features = planted(seed=9).features
    served = decode_model(row)
    turned = features[features.columns[::-1]]
    assert served.predict(turned).tobytes() == served.predict(features).tobytes()


def test_missing_and_unknown_columns_are_named(planted, row):
    features = planted(seed=9).features
    with pytest.raises(FeatureMismatch, match=r"here \['lean'\], unknown to it \['slant'\]"):
        decode_model(row).predict(features.rename(columns={"lean": "slant"}))


@pytest.mark.parametrize("column", ["lightgbm", "xgboost", "card", "other_learners", "model_id"])
def test_a_changed_model_is_refused_before_a_byte_of_it_is_parsed(row, column, monkeypatch):
    def parsed(*_):
        raise AssertionError("parsed before it was verified")

    monkeypatch.setattr(json, "loads", parsed)
    for learner in learners.LEARNERS.values():
        monkeypatch.setattr(learner, "from_bytes", parsed)
    content = row[column]
    if column == "other_learners":
        planted_content = '{"third": "gASVCg=="}'
    elif isinstance(content, bytes):
        planted_content = content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]
    else:
        planted_content = content[:-2] + ("0" if content[-2] != "0" else "1") + content[-1]
    with pytest.raises(CorruptModel, match="nothing of them was loaded"):
        decode_model(row.to_dict() | {column: planted_content})


def test_bytes_moved_from_one_column_to_the_next_are_noticed(row):
    moved = {"lightgbm": row["lightgbm"] + row["xgboost"][:1], "xgboost": row["xgboost"][1:]}
    with pytest.raises(CorruptModel):
        decode_model(row.to_dict() | moved)


@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
def test_one_learner_alone_will_do(planted, train, small_plan, name):
    model = train(planted(), plan=small_plan(learners=(name,)))
    frame = encode_model(model)
    validated_rows(MODELS, frame.assign(generation=1))
    assert {"lightgbm": model.lightgbm, "xgboost": model.xgboost} == {
        "lightgbm": b"",
        "xgboost": b"",
    } | {name: model.boosters[name]}
    features = planted(seed=9).features
    assert decode_model(frame.iloc[0]).predict(features).std() > 0


class SignLearner:
    """Not a boosting library at all: the sign of one feature, times what its bytes say."""

    name = "sign"
    limits = {"column": (0, 5)}  # noqa: RUF012

    def version(self):
        return "1"

    def translate(self, parameters):  # noqa: ARG002
        return {"column": 0}

    def bins(self, train, validation, like=None):  # noqa: ARG002
        return train

    def fit(self, bins, settings, report):  # noqa: ARG002
        report(1)
        return self.from_bytes(str(settings.parameters["column"]).encode())

    def from_bytes(self, content):
        return SignFitted(int(content.decode()))


class SignFitted:
    def __init__(self, column):
        self.column = column
        self.rounds = self.best_rounds = 1

    def predict(self, features, rounds=None):  # noqa: ARG002
        return np.nan_to_num(np.sign(features[:, self.column]))

    def gain(self):
        return np.eye(6)[self.column]

    def contributions(self, features):
        return np.nan_to_num(features) * np.eye(6)[self.column]

    def to_bytes(self):
        return str(self.column).encode()


def test_a_third_learner_can_be_registered(planted, train, small_plan, monkeypatch):
    monkeypatch.setitem(learners.LEARNERS, "sign", SignLearner())
    model = train(planted(), plan=small_plan(learners=("lightgbm", "sign")))
    assert model.card["importances"]["sign"]["gain"]["lean"] == 1.0
    frame = encode_model(model)
    validated_rows(MODELS, frame.assign(generation=1))
    features = planted(seed=9).features
    assert len(decode_model(frame.iloc[0]).predict(features)) == 1500
    monkeypatch.delitem(learners.LEARNERS, "sign")
    with pytest.raises(InvalidSettings, match="trained with sign, not registered here"):
        decode_model(frame.iloc[0])
