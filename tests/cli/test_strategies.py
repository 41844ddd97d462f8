"""`traderai strategies`: who they are, what they were told, and in what they differ."""

import json

import pytest

from traderai_assets.cli.context import INSTANCE_FILE
from traderai_assets.settings import load_settings
from traderai_assets.strategies import strategies_of

TWO = """
[strategies.fast]
[strategies.slow.training]
horizon_bars = 48
[strategies.slow.costs]
fee_rate = 0.0002
"""


@pytest.fixture
def two(home, tmp_path, repository, monkeypatch):  # noqa: ARG001
    """Stand in a project of two strategies; returns them by name."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "traderai.toml").write_text(TWO)
    (project / INSTANCE_FILE).symlink_to(repository / INSTANCE_FILE)
    monkeypatch.chdir(project)
    return {strategy.name: strategy for strategy in strategies_of(load_settings())}


@pytest.mark.usefixtures("home")
def test_without_any_there_is_one_and_it_is_called_default(traderai):
    code, out, _ = traderai("strategies", "list", "--json")
    own = strategies_of(load_settings())[0].id
    assert (code, json.loads(out)) == (0, [{"strategy": "default", "id": own, "differs": ""}])


def test_the_list_says_in_what_each_differs_from_the_first(traderai, two):
    rows = json.loads(traderai("strategies", "list", "--json").out)
    assert rows == [
        {"strategy": "fast", "id": two["fast"].id, "differs": ""},
        {
            "strategy": "slow",
            "id": two["slow"].id,
            "differs": "training.horizon_bars = 48, costs.fee_rate = 0.0002",
        },
    ]


def test_one_is_shown_with_its_places_and_who_says_what(traderai, two):
    row = json.loads(traderai("strategies", "show", "slow", "--json").out)
    said = {one["setting"]: (one["value"], one["said_by"]) for one in row["settings"]}
    assert (row["id"], row["tables"], row["labels"]) == (two["slow"].id, "slow", "48_bars_1")
    assert said["training.horizon_bars"] == (48, "strategy")
    assert said["costs.slippage_rate"] == (0.0001, "default")
    assert "labels: 48_bars_1\n" in traderai("strategies", "show", "slow").out


@pytest.mark.usefixtures("two")
def test_two_are_compared_with_what_differs_first(traderai):
    rows = json.loads(traderai("strategies", "compare", "fast", "slow", "--json").out)
    assert rows[:2] == [
        {"setting": "training.horizon_bars", "fast": 12, "slow": 48},
        {"setting": "costs.fee_rate", "fast": 0.0005, "slow": 0.0002},
    ]
    assert all(row["fast"] == row["slow"] for row in rows[2:])
    assert len(rows) > 10


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "words",
    [
        ("strategies", "show", "slwo"),
        ("strategies", "compare", "fast", "slwo"),
        ("reproduce", "0" * 8, "--strategy", "slwo"),
    ],
)
def test_one_that_is_not_there_is_named_with_those_that_are(traderai, words):
    code, _, err = traderai(*words)
    assert code == 1
    assert err == "traderai: there is no strategy 'slwo'; the settings make fast, slow\n"


@pytest.mark.usefixtures("two")
def test_the_lake_is_checked_and_accepted_table_by_table_of_each(traderai):
    tables = {row["table"] for row in json.loads(traderai("lake", "check", "--json").out)}
    assert {"candles", "fast/models", "slow/models", "12_bars_1/labels"} <= tables
    assert not {"models", "labels"} & tables
    code, _, err = traderai("lake", "accept", "models")
    assert code == 1
    assert "'models' is not a table; expected one of 12_bars_1/labels" in err


@pytest.mark.usefixtures("two")
def test_a_model_is_looked_for_in_every_strategy(traderai):
    assert "no model '00000000' is stored" in traderai("reproduce", "0" * 8).err
