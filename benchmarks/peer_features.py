"""The features as one would write them on pandas, with or without TA-Lib: a peer to measure with.

Everything that several columns share is computed once, as a careful person would. Not every feature
is here: neither pandas nor polars has a vectorised form of CCI or Aroon. Bars are assumed to be
complete, so the peers are spared what holes cost us.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import talib

Rolling = Callable[[pd.Series, int], pd.Series]
Wilder = Callable[["Prices"], dict[str, pd.Series]]


@dataclass
class Prices:
    """The columns of a candles frame, and what most features begin with."""

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        frame = self.frame
        self.open, self.high, self.low = frame["open"], frame["high"], frame["low"]
        self.close, self.volume = frame["close"], frame["volume"]
        self.log_close = np.log(self.close)
        self.log_return = self.log_close.diff()
        self.move = self.log_return.abs()
        reach = self.high - self.low
        self.reach = reach.where(reach != 0.0)
        self.log_reach = np.log(self.high / self.low)
        self.typical = (self.high + self.low + self.close) / 3.0


@dataclass(frozen=True)
class Tools:
    """What a library does: rolling statistics by name, and the indicators of the trade."""

    total: Rolling
    deviation: Rolling
    lowest: Rolling
    highest: Rolling
    slope: Rolling
    correlation: Callable[[pd.Series, pd.Series, int], pd.Series]
    mean: Rolling
    indicators: Wilder


def _pandas_slope(values: pd.Series, span: int) -> pd.Series:
    rows = pd.Series(np.arange(len(values), dtype=np.float64))
    return values.rolling(span).cov(rows) / (span * (span + 1) / 12.0)


def _pandas_indicators(prices: Prices) -> dict[str, pd.Series]:
    def wilder(values: pd.Series, span: int = 14) -> pd.Series:
        return values.ewm(alpha=1.0 / span, adjust=False).mean()

    def mean(values: pd.Series, span: int) -> pd.Series:
        return values.ewm(span=span, adjust=False).mean()

    close, before = prices.close, prices.close.shift()
    change = close.diff()
    up, down = prices.high.diff(), -prices.low.diff()
    true_range = np.maximum(prices.high, before) - np.minimum(prices.low, before)
    pressure = close - np.minimum(prices.low, before)
    range_ = wilder(true_range)
    rise = 100.0 * wilder(up.where((up > down) & (up > 0), 0.0)) / range_
    fall = 100.0 * wilder(down.where((down > up) & (down > 0), 0.0)) / range_
    macd = mean(close, 12) - mean(close, 26)
    triple = mean(mean(mean(close, 15), 15), 15)
    ultimate = [
        weight * pressure.rolling(span).sum() / true_range.rolling(span).sum()
        for weight, span in ((4.0, 7), (2.0, 14), (1.0, 28))
    ]
    found = {f"ema_{span}": mean(close, span) for span in (12, 24, 48)}
    for span in (7, 14, 24):
        gain, loss = wilder(change.clip(lower=0.0), span), wilder(-change.clip(upper=0.0), span)
        found[f"rsi_{span}"] = 100.0 * gain / (gain + loss)
    return found | {
        "macd_histogram": (macd - mean(macd, 9)) / close,
        "adx_14": wilder(100.0 * (rise - fall).abs() / (rise + fall)),
        "directional_spread_14": rise - fall,
        "trix_15": 100.0 * triple.pct_change(),
        "natr_14": 100.0 * range_ / close,
        "ultimate_oscillator": 100.0 / 7.0 * (ultimate[0] + ultimate[1] + ultimate[2]),
    }


def _talib_indicators(prices: Prices) -> dict[str, pd.Series]:
    close, bars = prices.close, (prices.high, prices.low, prices.close)
    found = {f"ema_{span}": talib.EMA(close, span) for span in (12, 24, 48)}
    found |= {f"rsi_{span}": talib.RSI(close, span) for span in (7, 14, 24)}
    return found | {
        "macd_histogram": talib.MACD(close)[2] / close,
        "adx_14": talib.ADX(*bars, 14),
        "directional_spread_14": talib.PLUS_DI(*bars, 14) - talib.MINUS_DI(*bars, 14),
        "trix_15": talib.TRIX(close, 15),
        "natr_14": talib.NATR(*bars, 14),
        "ultimate_oscillator": talib.ULTOSC(*bars),
    }


PANDAS = Tools(
    total=lambda values, span: values.rolling(span).sum(),
    mean=lambda values, span: values.rolling(span).mean(),
    deviation=lambda values, span: values.rolling(span).std(),
    lowest=lambda values, span: values.rolling(span).min(),
    highest=lambda values, span: values.rolling(span).max(),
    correlation=lambda left, right, span: left.rolling(span).corr(right),
    slope=_pandas_slope,
    indicators=_pandas_indicators,
)
# TA-Lib for whatever indicator it has; sums, deviations and correlations are pandas'
TALIB_AND_PANDAS = Tools(
    total=PANDAS.total,
    mean=PANDAS.mean,
    deviation=PANDAS.deviation,
    lowest=lambda values, span: talib.MIN(values, span),
    highest=lambda values, span: talib.MAX(values, span),
    correlation=PANDAS.correlation,
    slope=lambda values, span: talib.LINEARREG_SLOPE(values, span),
    indicators=_talib_indicators,
)
# TA-Lib for all that it can: its sums are carried along and gather dust over dead markets
TALIB_THROUGHOUT = Tools(
    total=lambda values, span: talib.SUM(values, span) if span > 1 else values,
    mean=lambda values, span: talib.SMA(values, span) if span > 1 else values,
    deviation=lambda values, span: talib.STDDEV(values, span) * np.sqrt(span / (span - 1)),
    lowest=TALIB_AND_PANDAS.lowest,
    highest=TALIB_AND_PANDAS.highest,
    correlation=lambda left, right, span: talib.CORREL(left, right, span),
    slope=TALIB_AND_PANDAS.slope,
    indicators=_talib_indicators,
)
