"""The demo's summary: one row a backtest, its headlines as the catalogue writes them."""

import numpy as np
import pandas as pd

from tests.cli.conftest import MARKET
from traderai_assets.cli.context import open_lake
from traderai_assets.cli.demo.summary import live_rows, model_rows, newest, verdict_rows
from traderai_assets.domain.metrics.catalogue import OF_BACKTESTS
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.settings_strategies import StrategySettings
from traderai_assets.strategies import strategies_of

WHOLE = dict.fromkeys((metric.name for metric in OF_BACKTESTS if metric.whole), 12)
VALUES = dict.fromkeys((metric.name for metric in OF_BACKTESTS if not metric.whole), 0.1234)


def test_a_backtest_is_one_row_of_headlines_in_the_units_of_the_catalogue(home):
    times = pd.to_datetime(["2026-04-01", "2026-05-01"], utc=True).as_unit("ms")
    described = {"segment": "served", "model_id": "0123456789abcdef"}
    described |= {"start": times[0], "end": times[1]}
    row = pd.DataFrame([{**described, **VALUES, **WHOLE, "sharpe": np.nan}])
    frame = row.astype(BACKTEST_METRICS.dtypes)
    lake = open_lake(home)
    lake.snapshot(BACKTEST_METRICS).publish(
        {(MARKET, "2026-04"): frame}, run_id="run", code_version="1"
    )
    assert model_rows(home) == [
        {
            "market": MARKET,
            "served_month": "2026-04",
            "model": "01234567",
            "segment": "served",
            "bars": 12,
            "total_return": "12.3%",
            "sharpe": "undefined",
            "max_drawdown": "12.3%",
            "trades": "12",
            "hit_rate": "12.3%",
        }
    ]


def test_where_strategies_have_names_each_is_told_by_its_own_tables(home):
    two = {"fast": StrategySettings(), "slow": StrategySettings()}
    settings = home.model_copy(update={"strategies": two})
    times = pd.to_datetime(["2026-04-01", "2026-05-01"], utc=True).as_unit("ms")
    described = {"segment": "served", "model_id": "0123456789abcdef"}
    described |= {"start": times[0], "end": times[1]}
    frame = pd.DataFrame([{**described, **VALUES, **WHOLE}]).astype(BACKTEST_METRICS.dtypes)
    slow = strategies_of(settings)[1]
    open_lake(home).of(slow).snapshot(BACKTEST_METRICS).publish(
        {(MARKET, "2026-04"): frame}, run_id="run", code_version="1"
    )
    [row] = model_rows(settings)
    assert (row["strategy"], row["market"]) == ("slow", MARKET)
    markets = [market.key for market in settings.market_list()]
    told = [(row["strategy"], row["market"]) for row in live_rows(settings)]
    assert told == [(name, market) for name in ("fast", "slow") for market in markets]


def test_the_newest_models_are_those_of_the_last_month_of_each_strategy_and_market():
    rows = [
        {"strategy": strategy, "market": market, "served_month": month}
        for strategy, market, month in (
            ("fast", "btc", "2026-03"),
            ("fast", "btc", "2026-04"),
            ("fast", "eth", "2026-03"),
            ("slow", "btc", "2026-02"),
        )
    ]
    assert newest(rows) == rows[1:]
    assert newest([{"market": "btc", "served_month": "2026-03"}]) != []


def test_a_strategy_that_was_never_judged_is_told_without_numbers(home):
    [row] = verdict_rows(home)
    assert (row["strategy"], row["state"], row["days"]) == ("default", "insufficient", 0)
    assert (row["last_look"], row["t"], row["asked_for"]) == ("none", "none", "none")
