"""Strategy facts of any size, made of random numbers: as many markets and days as are asked for."""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.strategies.record import StrategyRecord
from traderai_assets.domain.words import WORDS
from traderai_assets.report.decided_again import DecidedBars
from traderai_assets.report.forecasts_read import Forecasts
from traderai_assets.report.market_pictures import MOST_BARS, MOST_MARKETS, MarketPicture
from traderai_assets.report.model_facts import ModelSummary
from traderai_assets.report.period import ALL
from traderai_assets.report.strategy_facts import StrategyFacts

BAR = timedelta(minutes=5)
FIRST = pd.Timestamp("2018-01-01", tz="UTC")
FEATURES = [f"feature_{number}" for number in range(80)]


def strategy_facts(years=8, n_markets=10, trades_a_day=2, seed=0):
    """Return facts of a strategy with so many years, markets and trades a market and day."""
    rng = np.random.default_rng(seed)
    n_days = 365 * years
    markets = [f"binance.COIN{number}-USDT.5m" for number in range(n_markets)]
    trades = {market: _trades(rng, n_days, trades_a_day) for market in markets}
    signals = {market: _signals(rng, 100) for market in markets}
    return StrategyFacts(
        name="synthetic",
        strategy_id="0" * 16,
        period=ALL,
        verdict=_verdict(rng, markets, n_days),
        record=StrategyRecord("0" * 16, _days(rng, markets, n_days)),
        revisions=pd.DataFrame(columns=["market", "day", "revision", "cause"]),
        trades=trades,
        signals=signals,
        pictures=[
            _picture(rng, market, length, trades[market], signals[market])
            for market in markets[:MOST_MARKETS]
            for length in (timedelta(days=7), BAR)
        ],
        forecasts=Forecasts(_forecasts(rng, 50_000), _forecasts(rng, 500)),
        models=[
            _model(rng, market, f"{month:%Y-%m}")
            for month in pd.date_range(FIRST, periods=12 * years, freq="MS")
            for market in markets
        ],
        notes=pd.DataFrame(
            [{"market": markets[0], "at": FIRST, "by": "ann", "model_id": "f" * 32, "text": "=1+1"}]
        ),
        champions={market: _champions(FIRST) for market in markets},
        settings=[{"setting": "training.seed", "value": 7, "said_by": "default"}],
        strategies_ever=12,
        registered_at="2018-01-01 00:00",
        names=("synthetic",),
    )


def _days(rng, markets, n_days):
    gross = rng.normal(0.001, 0.01, (len(markets), n_days))
    frames = [
        pd.DataFrame(
            {
                "market": market,
                "day": pd.date_range(FIRST, periods=n_days, unit="ms"),
                "net": gross[place] - 0.0005,
                "gross": gross[place],
                "costs": 0.0005,
                "funding": 0.0,
                "turnover": 1.0,
                "exposure": rng.uniform(0, 1, n_days),
                "buy_and_hold": rng.normal(0.0005, 0.02, n_days),
                "trades": 2,
                "state": "served",
                "origin": np.where(np.arange(n_days) < n_days - 100, "backfill", "live"),
            }
        )
        for place, market in enumerate(markets)
    ]
    return pd.concat(frames, ignore_index=True)


def _trades(rng, n_days, a_day):
    count = n_days * a_day
    entry = pd.Series(
        pd.date_range(FIRST, periods=count, freq=timedelta(days=1) / a_day, unit="ms")
    )
    gross = rng.normal(0.001, 0.01, count)
    price = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, count)))
    return pd.DataFrame(
        {
            "entry_time": entry,
            "exit_time": entry + timedelta(hours=2),
            "side": rng.choice([-1, 1], count).astype(np.int8),
            "size": rng.uniform(0.1, 1, count),
            "entry_price": price,
            "exit_price": price * (1 + gross),
            "gross_return": gross,
            "net_return": gross - 0.001,
            "exit_reason": rng.choice(["target", "stop", "time"], count),
            "bars": 24,
        }
    )


def _signals(rng, count):
    opened = pd.Series(pd.date_range(FIRST, periods=count, freq="3h", unit="ms"))
    price = 100 * np.exp(rng.normal(0, 0.1, count))
    return pd.DataFrame(
        {
            "open_time": opened,
            "decided_at": opened + BAR,
            "valid_until": opened + timedelta(hours=1),
            "model_id": "f" * 32,
            "side": 1,
            "size": 0.25,
            "probability": rng.uniform(0, 1, count),
            "reference_price": price,
            "target_price": price * 1.01,
            "stop_price": price * 0.99,
            "paper": True,
            "signal_id": "a" * 16,
            "status": "expired",
            "ended_at": opened + timedelta(hours=1),
            "entry_price": price,
            "exit_price": price,
            "gross_return": rng.normal(0, 0.01, count),
        }
    )


def _picture(rng, market, length, trades, signals):
    times = pd.Series(pd.date_range(FIRST, periods=MOST_BARS, freq=length, unit="ms"))
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, MOST_BARS)))
    opened = np.concatenate([[100.0], close[:-1]])
    candles = pd.DataFrame(
        {
            "open_time": times,
            "open": opened,
            "high": np.maximum(opened, close) * 1.005,
            "low": np.minimum(opened, close) * 0.995,
            "close": close,
            "volume": rng.uniform(1, 1e6, MOST_BARS),
        }
    )
    said = pd.DataFrame({"open_time": times, "probability": rng.uniform(0, 1, MOST_BARS)})
    whole, end = length == BAR, times.iloc[-1]
    decided = said.assign(side=1, target=0.01, stop=0.01, word="below_threshold")
    return MarketPicture(
        market=market,
        title="latest bars" if whole else "whole period",
        bar=BAR,
        length=length,
        candles=candles,
        trades=trades[trades["entry_time"] <= end],
        signals=signals[signals["open_time"] <= end],
        words=said.assign(word=rng.choice([one.name for one in WORDS], MOST_BARS))[
            ["open_time", "word"]
        ][: MOST_BARS if whole else 0],
        said=said,
        tested=said,
        decided=DecidedBars(decided, ()) if whole else None,
    )


def _forecasts(rng, count):
    probability = rng.uniform(0, 1, count)
    label = np.where(rng.uniform(0, 1, count) < probability, 1, -1)
    return pd.DataFrame({"probability": probability, "label": label.astype(np.int8)})


def _model(rng, market, served):
    gains = {
        name: float(value) for name, value in zip(FEATURES, rng.dirichlet(np.ones(80)), strict=True)
    }
    trials = [
        {
            "ordinal": number,
            "parameters": {"leaves": float(rng.integers(4, 64)), "l2": float(rng.uniform(0, 50))},
            "value": float(rng.normal()) if number % 7 else None,
            "state": "complete" if number % 7 else "pruned",
            "sampler": "tpe",
            "reason": "",
        }
        for number in range(40)
    ]
    start = pd.Timestamp(f"{served}-01", tz="UTC")
    return ModelSummary(
        model_id=rng.bytes(16).hex(),
        market=market,
        served=served,
        generation=1,
        rows=8_000,
        folds=5,
        trained_from=start - timedelta(days=30),
        trained_until=start,
        fault="",
        verdict="deflated Sharpe ratio 0.5",
        metrics={"auc": float(rng.uniform(0.4, 0.7)), "log_loss": 0.69, "brier": 0.25},
        trials=80,
        card={
            "importances": {
                name: {"gain": gains, "shap": gains} for name in ("lightgbm", "xgboost")
            },
            "search": {"learner_trials": trials, "policy_trials": trials},
            "chosen": {"margin": float(rng.uniform())},
            "plan": {"seed": 7},
        },
    )


def _champions(at):
    return pd.DataFrame(
        {
            "number": [1, 2],
            "changed_at": [at, at + timedelta(days=1)],
            "action": ["silenced", "speaks"],
            "model_id": [None, "f" * 32],
            "served_month": [None, "2018-01"],
            "strategy": [None, "synthetic"],
            "strategy_id": [None, "0" * 16],
            "state": [None, "candidate"],
            "paper": [False, True],
            "reason": ["nobody speaks", "synthetic speaks"],
            "evidence": [
                "{}",
                '{"contenders": [{"strategy": "synthetic", "state": "candidate", "t": 2.5}]}',
            ],
        }
    )


def _verdict(rng, markets, n_days):
    look = {
        "number": 1, "day": "2018-07-01", "t": 2.5, "bound": 2.25, "alpha_spent": 0.01,
        "strategies": 12, "intercept_t": 2.0, "stepwise_t": 3.0, "stepwise_critical": 2.0,
        "max_drawdown": 0.1, "days": 200, "trades": 400, "exposure_days": 90, "passed": True,
    }  # fmt: skip
    veto = {"days": 100, "mean": 0.1, "error": 0.1, "shrunk": 0.1, "upper": 0.2, "vetoed": False}
    return {
        "strategy": "synthetic",
        "id": "0" * 16,
        "state": "candidate",
        "sentence": "candidate: at look 1 luck is ruled out",
        "judged_until": "2025-12-30",
        "numbers": {
            "days": n_days, "trades": 20 * n_days, "exposure_days": n_days,
            "deflated_sharpe": 0.97, "overfitting": 0.1, "mean_lower": 0.0001, "mean_upper": 0.001,
            "max_drawdown": float(rng.uniform(0.1, 0.2)), "live_wealth_highest": 2.0,
            "live_bound": 40.0, "broken_wealth_highest": 1.0, "broken_bound": 20.0,
        },
        "looks": [look],
        "changes": [
            {"number": 1, "day": "2018-07-01", "before": "insufficient", "after": "candidate",
             "cause": "a look is passed"}
        ],
        "vetoes": [
            {"about": market, "reason": "", "max_drawdown": 0.1, **veto} for market in markets
        ],
    }  # fmt: skip
