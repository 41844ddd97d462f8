"""Strategies of the settings: whole or refused, each over the file's own sections."""

from datetime import UTC, datetime

import pytest

from tests.test_plan import CHANGED
from traderai_assets.domain.errors import InvalidInput, InvalidSettings
from traderai_assets.domain.markets import Market
from traderai_assets.plan import market_clash, reach, trading_costs, training_plan
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.settings import load_settings
from traderai_assets.strategies import (
    SECTIONS,
    all_asset_paths,
    asset_path,
    longest_look_back_days,
    months_made,
    strategies_of,
    strategy_named,
    strategy_names,
    strategy_settings,
    tables_of,
)

TWO = """
[training]
folds = 4
[strategies.slow.training]
horizon_bars = 48
[strategies.fast.costs]
fee_rate = 0.001
"""
NOW = datetime(2026, 3, 10, tzinfo=UTC)


def loaded(tmp_path, text=""):
    file = tmp_path / "traderai.toml"
    file.write_text(text)
    return load_settings(file, now=NOW)


def test_settings_without_strategies_make_one_that_is_called_default(tmp_path):
    settings = loaded(tmp_path)
    [only] = strategies_of(settings)
    assert (only.name, only.folder) == ("default", "")
    assert settings.of("default") is settings
    assert {asset_path(only, name)[0] for name in ("models", "labels", "candles")} == {
        "models",
        "labels",
        "candles",
    }


def test_those_that_are_named_are_all_there_are_and_say_what_differs(tmp_path):
    settings = loaded(tmp_path, TWO)
    assert strategy_names(settings) == ("fast", "slow")
    fast, slow = settings.of("fast"), settings.of("slow")
    assert (fast.training.horizon_bars, slow.training.horizon_bars) == (12, 48)
    assert (fast.costs.fee_rate, slow.costs.fee_rate) == (0.001, 0.0005)
    assert fast.training.folds == slow.training.folds == 4
    assert (fast.longest_horizon, slow.longest_horizon, settings.longest_horizon) == (12, 48, 48)
    assert strategy_settings(settings, "slow")["training.horizon_bars"] == 48
    assert fast.of("whichever") is fast


def test_what_the_environment_says_of_a_section_is_what_strategies_do_not_say(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("TRADERAI_TRAINING__HORIZON_BARS", "24")
    settings = loaded(tmp_path, TWO)
    bars = {name: settings.of(name).training.horizon_bars for name in strategy_names(settings)}
    assert bars == {"fast": 24, "slow": 48}


def test_a_default_that_is_spelled_out_is_the_default(tmp_path):
    spelled = (
        "[strategies.a.training]\nbarrier_multiple = 1\nlookback_days = 30\n"
        "[strategies.a.costs]\nfunding_rate = 0.0\n[strategies.b]\n"
    )
    one, other = strategies_of(loaded(tmp_path, spelled))
    assert one.id == other.id == strategies_of(loaded(tmp_path))[0].id


def test_a_market_or_a_date_is_no_part_of_a_strategy(tmp_path):
    elsewhere = 'markets = ["okx:SOL/USDT"]\nhistory_days = 100\n[strategies.a]'
    assert strategies_of(loaded(tmp_path, elsewhere))[0].id == strategies_of(loaded(tmp_path))[0].id


def test_strategies_that_label_alike_share_their_labels(tmp_path):
    text = f"{TWO}[strategies.other.training]\nfolds = 3\n"
    strategies = strategies_of(loaded(tmp_path, text))
    paths = ["/".join(path) for path in all_asset_paths(strategies)]
    assert [path for path in paths if path.endswith("labels")] == [
        "12_bars_1/labels",
        "48_bars_1/labels",
    ]
    assert sum(path.endswith("models") for path in paths) == 3
    assert {"candles", "features"} <= set(paths)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[strategies.Fast]", "strategies .*'Fast' is not a name"),
        ("[strategies.default]", "not 'default'"),
        ("[strategies.models]", "'models' is called like a table or an asset"),
        ("[strategies.candle_gaps]", "'candle_gaps' is called like a table"),
        ("strategies = 1", r"expected sections such as \[strategies.fast.training\]"),
        ("[strategies.a.training]\nfolds = 1", "strategies.a.training.folds"),
        (
            "[strategies.a.training]\nfold = 3",
            r"\[strategies.a\]: 'training.fold' is no setting; did",
        ),
        ("[strategies.a.web]\nread_only = true", "'web' is no setting; expected one of training,"),
        (
            "[strategies.a.training]\nlookback_days = 700",
            "strategy 'a': history_days = 540 is less",
        ),
        (
            "[strategies.a]\n[strategies.b.search]\ncombinatorial_groups = 1",
            "strategy 'b': .* make no plan",
        ),
        ("".join(f"[strategies.s{n}]\n" for n in range(21)), "21 strategies are named; at most 20"),
    ],
)
def test_a_strategy_that_cannot_be_is_refused_at_load_by_its_name(tmp_path, text, says):
    with pytest.raises(InvalidSettings, match=says):
        loaded(tmp_path, text)


def test_the_environment_names_no_strategies(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADERAI_STRATEGIES__A__TRAINING__FOLDS", "3")
    with pytest.raises(InvalidSettings, match=r"written in the file alone, as \[strategies.NAME\]"):
        loaded(tmp_path)


def test_what_holds_for_all_strategies_is_asked_of_each(tmp_path):
    text = "[strategies.far.training]\nlookback_days = 90\nhorizon_bars = 800\n[strategies.near]"
    settings = loaded(tmp_path, text)
    bar = settings.market_list()[0].bar
    assert longest_look_back_days(settings) == 90
    far, near = (reach(settings.of(name)).months_made(bar) for name in ("far", "near"))
    assert months_made(settings, bar) == max(far, near)
    clash = market_clash(settings, Market("binance", "BTC/USDT", "1d"))
    assert clash is not None
    assert clash.startswith("strategy 'far': ")


def test_a_strategy_that_is_not_there_is_named_with_those_that_are(tmp_path):
    with pytest.raises(InvalidInput, match="no strategy 'slwo'; the settings make fast, slow"):
        strategy_named(loaded(tmp_path, TWO), "slwo")


def test_the_tables_of_a_lake_are_those_of_all_strategies_and_of_those_before_them(tmp_path):
    alone = [table.path for table in tables_of(loaded(tmp_path))]
    assert alone == sorted(table.name for table in TABLES)
    before = ["gone/models", "models", "fast/models", "candles", "elsewhere/unknown"]
    both = {table.path for table in tables_of(loaded(tmp_path, TWO), before)}
    assert {"candles", "features", "fast/models", "slow/models", "12_bars_1/labels"} <= both
    assert {"gone/models", "models", "48_bars_1/labels"} <= both
    assert not both & {"labels", "signals", "fast/candles", "elsewhere/unknown", "fast/labels"}


def test_every_setting_that_a_strategy_may_say_makes_it_another(tmp_path):
    [plain] = strategies_of(loaded(tmp_path, "[strategies.a]"))
    changed = {**CHANGED, "training": {**CHANGED["training"], "max_model_age_days": 3.0}}
    assert set(changed) == set(SECTIONS)
    ids = {plain.id}
    for section, changes in changed.items():
        for name, value in changes.items():
            said = {section: {name: value}}
            settings = load_settings(tmp_path / "none.toml", now=NOW, strategies={"a": said})
            ids.add(strategies_of(settings)[0].id)
    assert len(ids) == 1 + sum(map(len, changed.values()))


@pytest.mark.parametrize("ask", [training_plan, trading_costs])
def test_nobody_takes_the_files_own_sections_for_a_strategy(tmp_path, ask):
    settings = loaded(tmp_path, TWO)
    with pytest.raises(InvalidInput, match=r"those of fast, slow; settings\.of"):
        ask(settings)
    assert ask(settings.of("fast")) != ask(settings.of("slow"))
    assert trading_costs(settings.of("fast")).fee_rate == 0.001
