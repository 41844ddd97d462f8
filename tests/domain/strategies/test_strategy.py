"""A strategy's id is what decides: nothing else enters it, and nothing of it is left out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.strategies.strategy import (
    DEFAULT,
    Strategy,
    canonical_text,
    labels_folder,
)

CODE = {"models": "5", "labels": "4"}
SETTINGS = {"plan": {"multiple": 1.0, "horizon_bars": 12}, "max_model_age_days": 7}


def made(name="fast", settings=SETTINGS, code=CODE):
    return Strategy.of(name, settings, code, horizon_bars=12, multiple=1.0)


def test_the_id_is_worked_by_hand():
    # sha256 of {"code":{"models":"5"},"settings":{"a":1}}
    strategy = Strategy.of("x", {"a": 1.0}, {"models": "5"}, horizon_bars=3, multiple=0.5)
    assert strategy.settings == '{"a":1}'
    assert strategy.id == "6cc4e2d2c3826df4"


def test_the_same_settings_under_another_name_are_the_same_strategy():
    assert made("fast").id == made("slow").id == made(DEFAULT).id


def test_another_setting_or_another_version_of_the_code_is_another_strategy():
    others = [
        made(settings=SETTINGS | {"max_model_age_days": 8}),
        made(code=CODE | {"models": "6"}),
    ]
    assert len({made().id, *(one.id for one in others)}) == 3
    assert [one.settings_id == made().settings_id for one in others] == [False, True]


@given(st.permutations(list(SETTINGS)), st.permutations(["multiple", "horizon_bars"]))
def test_the_order_of_keys_says_nothing(outer, inner):
    plan = {name: SETTINGS["plan"][name] for name in inner}
    written = {name: plan if name == "plan" else SETTINGS[name] for name in outer}
    assert made(settings=written).id == made().id


def test_whole_numbers_have_one_text_and_what_is_no_number_has_none():
    assert canonical_text({"b": 1.0, "a": (2.5, True)}) == '{"a":[2.5,true],"b":1}'
    assert json.loads(canonical_text({"x": 0.1})) == {"x": 0.1}
    with pytest.raises(ValueError, match="Out of range"):
        canonical_text({"x": float("nan")})


def test_labels_lie_by_how_they_are_made_and_never_where_a_strategy_could():
    assert labels_folder(12, 1.0) == labels_folder(12, 1) == "12_bars_1"
    assert labels_folder(48, 1.5) == "48_bars_1_5"
    assert labels_folder(3, 0.00001) == "3_bars_1em05"
    assert made("fast").folder_of("labels") == made("slow").folder_of("labels") == "12_bars_1"
    assert made("fast").folder_of("models") == "fast"
    with pytest.raises(InvalidSettings):
        made("12_bars_1")


def test_the_one_strategy_of_settings_without_any_has_no_folder():
    assert (made(DEFAULT).folder_of("labels"), made(DEFAULT).folder_of("models")) == ("", "")


@pytest.mark.parametrize("name", ["Fast", "", "1st", "a" * 32, "a-b", "../x", "a/b", "ä"])
def test_a_name_is_a_folder_and_a_part_of_keys(name):
    with pytest.raises(InvalidSettings, match="is not a name"):
        made(name)
