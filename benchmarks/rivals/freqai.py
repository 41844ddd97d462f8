"""A rival set up as FreqAI's example: a regression of the coming mean close, retrained each week.

Like it (freqtrade's `FreqaiExampleStrategy`, its documented configuration and its
`LightGBMRegressor`): the target is the mean close of the next candles over this one's, less 1; 30
days to train on, a new model every 7 days; the features of two candles before beside those of this
one; the library's default parameters; a position is opened where the prediction is beyond mean
plus or minus 1.25 standard deviations of the targets trained on, and closed where it is beyond a
quarter of the opposite bound; a stop at 5 % and a target at 10 %.

Unlike it: features are the platform's, of one market and one timeframe; every row trains, where
FreqAI's examples put a part aside; no outliers are removed, no candle is refused; the position
ends after the labels' horizon at the latest, where the example waits four hours; what is paid is
the plan's costs.
"""

from datetime import datetime, timedelta

import lightgbm
import numpy as np
import pandas as pd

from benchmarks.rivals.forecasts import Forecast, decided_frame
from benchmarks.rivals.markets import MarketMonth
from traderai_assets.domain.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    milliseconds,
    milliseconds_of,
)
from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.training.plan import TrainingPlan

TRAIN_PERIOD = timedelta(days=30)
RETRAIN_PERIOD = timedelta(days=7)
SHIFTED_CANDLES = 2
DEVIATIONS = 1.25
EXIT_SHARE = 0.25
STOP, TARGET = 0.05, 0.10


def freqai_like(month: MarketMonth, plan: TrainingPlan) -> Forecast:
    """Forecast week after week, each with a model of the 30 days before it."""
    oldest = month.month.start - TRAIN_PERIOD
    rows = shifted(month.features_since(oldest))
    opened = rows["open_time"]
    targets = coming_means(month.until_end, plan.horizon_bars, month.bar).reindex(opened)
    target, known_at = targets["target"].to_numpy(np.float64), targets["known_at"].array
    matrix = rows.drop(columns="open_time").to_numpy(np.float64)
    predicted, upper, lower = (np.full(len(rows), np.nan) for _ in range(3))
    for retrained in _weeks(month):
        since, until = retrained - TRAIN_PERIOD, retrained + RETRAIN_PERIOD
        taught = (opened >= since) & (known_at <= pd.Timestamp(retrained))
        week = ((opened >= retrained) & (opened < until)).to_numpy()
        learner = lightgbm.LGBMRegressor(n_jobs=1, verbosity=-1, random_state=plan.seed)
        learner.fit(matrix[taught], target[taught])
        predicted[week] = learner.predict(matrix[week])
        mean, deviation = target[taught].mean(), target[taught].std()
        upper[week] = mean + DEVIATIONS * deviation
        lower[week] = mean - DEVIATIONS * deviation
    served = (opened >= month.month.start).to_numpy()
    score = predicted[served]
    return Forecast(score, None, _decided(month, score, upper[served], lower[served], plan))


def shifted(features: pd.DataFrame) -> pd.DataFrame:
    """Put the features of the candles before beside each row's own; NaN where there is none."""
    values = features.drop(columns="open_time")
    before = [
        values.shift(bars).add_suffix(f"_shift-{bars}") for bars in range(1, SHIFTED_CANDLES + 1)
    ]
    return pd.concat([features[["open_time"]], values, *before], axis=1)


def coming_means(candles: pd.DataFrame, bars: int, bar: timedelta) -> pd.DataFrame:
    """Return each candle's target, by open time.

    Returns
    -------
    DataFrame
        target (mean close of the next `bars` candles over this close, less 1) and known_at (when
        the last of them has closed); NaN and NaT where not all of them are there.
    """
    closes = candles["close"]
    target = closes.rolling(bars).mean().shift(-bars) / closes - 1.0
    known_at = candles["open_time"].shift(-bars) + bar
    return pd.DataFrame({"target": target, "known_at": known_at}).set_index(candles["open_time"])


def bars_to_exit(exits: BoolArray, open_ms: IntArray, bar_ms: int, most: int) -> IntArray:
    """Bars from each row to the next that says exit, of shape (n_rows,); `most` if none is near."""
    at = np.append(open_ms[exits], np.iinfo(np.int64).max)
    following = at[np.searchsorted(at, open_ms, side="right")]
    return np.minimum((following - open_ms) // bar_ms, most)


def _weeks(month: MarketMonth) -> list[datetime]:
    weeks = []
    moment = month.month.start
    while moment < month.month.end:
        weeks.append(moment)
        moment += RETRAIN_PERIOD
    return weeks


def _decided(
    month: MarketMonth, score: FloatArray, upper: FloatArray, lower: FloatArray, plan: TrainingPlan
) -> pd.DataFrame:
    """Say what is done: sides by the bounds, each open until the next bar that says exit."""
    side = (score > upper).astype(np.int8) - (score < lower).astype(np.int8)
    open_ms, bar_ms = milliseconds_of(month.served["open_time"]), milliseconds(month.bar)
    long = bars_to_exit(score < EXIT_SHARE * lower, open_ms, bar_ms, plan.horizon_bars)
    short = bars_to_exit(score > EXIT_SHARE * upper, open_ms, bar_ms, plan.horizon_bars)
    held = np.where(side > 0, long, short)
    return decided_frame(month, Decisions.of(side, target=TARGET, stop=STOP, horizon_bars=held))
