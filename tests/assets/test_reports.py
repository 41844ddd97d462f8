"""Reports of a platform in which everything was made: their numbers are those of the tables."""

import json

import pandas as pd
import pytest

from tests.pages.reading import tables_of
from traderai_assets.domain.strategies.periods import measured_periods
from traderai_assets.domain.strategies.pool import pool_days
from traderai_assets.domain.strategies.revisions import strategy_record
from traderai_assets.pages.parts import Candles
from traderai_assets.pages.render import render
from traderai_assets.registry.model_list import stored_models
from traderai_assets.report.market_page import market_page
from traderai_assets.report.market_reading import read_market_facts
from traderai_assets.report.model_page import model_page
from traderai_assets.report.model_reading import read_model_facts
from traderai_assets.report.period import ALL, Period
from traderai_assets.report.strategy_facts import read_strategy
from traderai_assets.report.strategy_page import strategy_page
from traderai_assets.report.tables import MOST_TABLE_ROWS
from traderai_assets.schemas.backtests import BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.verdict import LOOKS, VERDICTS, VETOES
from traderai_assets.strategies import strategies_of

MARKET = "binance.BTC-USDT.1h"


def rows_of(platform, table):
    snapshot = platform.lake.snapshot(table)
    keys = snapshot.partitions()
    frames = [snapshot.read(key.market, [key.month]) for key in keys]
    return pd.concat([table.empty(), *frames]).reset_index(drop=True)


def minutes(times):
    return times.dt.strftime("%Y-%m-%d %H:%M").tolist()


def column(rows, name):
    return [row[name] for row in rows]


def known(values):
    return [None if pd.isna(value) else value for value in values]


@pytest.fixture
def strategy(old_platform):
    return strategies_of(old_platform.settings)[0]


@pytest.fixture
def facts(old_platform, strategy):
    return read_strategy(old_platform.lake, old_platform.settings, strategy, ALL)


@pytest.fixture
def tables(facts):
    return tables_of(render(strategy_page(facts), standalone=True))


def test_the_numbers_of_a_strategy_are_those_of_the_tables(old_platform, strategy, tables):
    verdict = rows_of(old_platform, VERDICTS).iloc[-1]
    stored = {k: v for k, v in json.loads(verdict["numbers"]).items() if isinstance(v, int | float)}
    shown = {row["number"]: row["value"] for row in tables["verdict_numbers"]}
    assert {name: shown[name] for name in stored} == stored

    looks = rows_of(old_platform, LOOKS)
    assert column(tables["looks"], "t") == looks["t"].tolist()
    vetoes = rows_of(old_platform, VETOES)
    last = vetoes[vetoes["verdict"] == verdict["number"]]
    assert column(tables["vetoes"], "max_drawdown") == last["max_drawdown"].tolist()
    assert column(tables["vetoes"], "mean") == known(last["mean"])

    days = {MARKET: rows_of(old_platform, RECORD_DAYS)}
    pool = pool_days(strategy_record(days, strategy.id))
    months = measured_periods(pool, pool["day"].dt.strftime("%Y-%m"))
    assert len(months) >= 2
    for name in ("period", "days", "net_return", "buy_and_hold_return", "max_drawdown", "trades"):
        assert column(tables["months"], name) == months[name].tolist()
    of_market = strategy_record(days, strategy.id).days
    [row] = tables["markets"]
    assert row["market"] == MARKET
    assert row["costs"] == of_market["costs"].sum()
    assert row["trades"] == of_market["trades"].sum()


def test_its_trades_are_the_served_ones_that_are_stored(old_platform, tables):
    snapshot = old_platform.lake.snapshot(BACKTEST_TRADES)
    served = pd.concat(
        rows[rows["entry_time"] >= pd.Timestamp(f"{month}-01", tz="UTC")]
        for month in snapshot.months(MARKET)
        for rows in [snapshot.read(MARKET, [month])]
    ).iloc[-MOST_TABLE_ROWS:]
    assert len(served) > 10
    for name in ("entry_price", "exit_price", "net_return", "gross_return", "size", "bars"):
        assert column(tables["trades"], name) == served[name].tolist()
    assert column(tables["trades"], "exit_reason") == served["exit_reason"].tolist()
    assert column(tables["trades"], "entry_time") == minutes(served["entry_time"])
    ended = {(row["exit_reason"], row["side"]): row["count"] for row in tables["exits"]}
    assert sum(ended.values()) >= len(served)


def test_live_signals_stand_beside_what_became_of_them(old_platform, tables):
    signals = rows_of(old_platform, SIGNALS)
    outcomes = rows_of(old_platform, SIGNAL_OUTCOMES).set_index("open_time")
    assert len(signals)
    assert column(tables["signals"], "probability") == signals["probability"].tolist()
    assert column(tables["signals"], "signal_id") == signals["signal_id"].tolist()
    for row, opened in zip(tables["signals"], signals["open_time"], strict=True):
        became = outcomes.loc[opened]
        assert row["status"] == became["status"]
        assert [row["gross_return"]] == known([became["gross_return"]])


def test_its_models_and_champions_are_those_that_are_stored(old_platform, facts, tables):
    models = rows_of(old_platform, MODELS)
    shown = {row["model"]: row for row in tables["models"]}
    assert set(shown) == set(models["model_id"].str[:12])
    for model in models.to_dict("records"):
        row = shown[model["model_id"][:12]]
        assert [row["auc"], row["log_loss"]] == known([model["auc"], model["log_loss"]])
        card = json.loads(model["card"])["search"]
        assert row["trials"] == len(card["learner_trials"]) + len(card["policy_trials"])
    events = rows_of(old_platform, CHAMPIONS)
    assert column(tables[f"champions_{MARKET}"], "reason") == events["reason"].tolist()
    last = facts.models[-1]
    trials = tables[f"trials_policy_{last.model_id[:12]}"]
    tried = [one["value"] for one in last.card["search"]["policy_trials"]]
    values = sorted((one for one in tried if one is not None), reverse=True)
    assert [v for v in column(trials, "annual Sharpe ratio") if v is not None] == values


def test_the_model_of_a_month_says_again_what_it_said_live(old_platform, facts):
    latest = facts.pictures[-1]
    again = latest.decided.bars.set_index("open_time")["probability"]
    said = rows_of(old_platform, PREDICTIONS).set_index("open_time")
    served = {one.model_id: one.served for one in facts.models}
    own = said[[served[one] == f"{at:%Y-%m}" for at, one in said["model_id"].items()]]
    assert (
        again.reindex(own.index).dropna() == own["probability"].reindex(again.index).dropna()
    ).all()
    assert len(again) > 100


def test_a_period_leaves_out_what_lies_before_and_after_it(old_platform, strategy):
    period = Period(pd.Timestamp("2024-05-20", tz="UTC"), pd.Timestamp("2024-05-25", tz="UTC"))
    found = read_strategy(old_platform.lake, old_platform.settings, strategy, period)
    page = strategy_page(found, ["account", "candles", "trades"])
    tables = tables_of(render(page, standalone=True))
    assert {row["entry_time"][:7] for row in tables["trades"]} <= {"2024-05"}
    assert all("2024-05-20" <= row["entry_time"] < "2024-05-25" for row in tables["trades"])
    assert len(found.pool) == 5
    for candles in (one for section in page.sections for one in section.parts):
        if isinstance(candles, Candles):
            assert len(candles.rows) == 5 * 24
            assert len(candles.words) == 5 * 24


def test_the_numbers_of_a_model_are_those_of_the_tables(old_platform, strategy):
    [model] = [m for m in stored_models(old_platform.lake, [strategy]) if m.served.key == "2024-06"]
    facts = read_model_facts(old_platform.lake, old_platform.settings, model, ALL)
    tables = tables_of(render(model_page(facts), standalone=True))
    stored = old_platform.rows(BACKTEST_METRICS, "2024-06")
    for row in stored.to_dict("records"):
        shown = {one["metric"]: one[row["segment"]] for one in tables["backtest_metrics"]}
        assert shown == {name: known([row[name]])[0] for name in shown}
    assert (
        column(tables["trades"], "net_return")
        == (old_platform.rows(BACKTEST_TRADES, "2024-06")["net_return"].tolist()[-MOST_TABLE_ROWS:])
    )
    folds = [fold["metrics"]["log_loss"] for fold in model.card["folds"]]
    assert column(tables["folds"], "log_loss") == folds


def test_the_numbers_of_a_market_are_those_of_the_tables(old_platform, strategy):
    lake, settings = old_platform.lake, old_platform.settings
    facts = read_market_facts(lake, settings, strategy, MARKET, ALL)
    tables = tables_of(render(market_page(facts), standalone=True))
    gaps = rows_of(old_platform, CANDLE_GAPS)
    assert column(tables["gaps"], "absent_bars") == gaps["absent_bars"].tolist()
    candles = lake.snapshot(CANDLES)
    rows = [candles.summary(MARKET, month).rows for month in candles.months(MARKET)]
    assert column(tables["months"], "candles") == rows
