"""FreqAI: the feature functions of a Freqtrade strategy as features of the catalogue.

The functions are called as FreqAI calls them, on a frame of date, open, high, low, close and
volume, and each column whose name begins with `%` becomes a feature. No look-ahead is proved of
them as of every other rule. Prices are those of `Bars`, relative to the first close of a slice, so
that a column which keeps the unit of prices would mean another thing each month: it is refused.

Not here: other pairs and timeframes beside the market's own, and targets (`&`), which our labels
are instead.
"""

import re
from collections.abc import Iterable
from functools import partial

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidFeature
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.freqai_calls import (
    FeatureFunctions,
    Function,
    FunctionCall,
    name_of,
)
from traderai_assets.domain.features.spec import FeatureSpec

GROUP, PREFIX = "freqai", "freqai_"
_SAMPLE_BARS = 256  # Beyond the warm-up
_BAR_MS = 300_000
_UNIT = 1024.0  # A power of two: what does not depend on the unit of prices stays as it is


def freqai_features(
    *,
    expand_all: Function | None = None,
    expand_basic: Function | None = None,
    standard: Function | None = None,
    periods: Iterable[int] = (),
    shifted_candles: int = 0,
    startup_candles: int,
) -> tuple[FeatureSpec, ...]:
    """Return one feature for each column that FreqAI's functions make, to be a file's `FEATURES`.

    Parameters
    ----------
    expand_all, expand_basic, standard : callable, optional
        `feature_engineering_expand_all`, `_expand_basic` and `_standard` of a strategy: functions,
        or methods of an object.
    periods : iterable of int
        FreqAI's `indicator_periods_candles`: `expand_all` is called once for each.
    shifted_candles : int, default=0
        FreqAI's `include_shifted_candles`, of the two that are expanded.
    startup_candles : int
        Freqtrade's `startup_candle_count`: bars that must precede a row; at most 300, shifts
        included.

    Returns
    -------
    tuple of FeatureSpec
        Named `freqai_`, and FreqAI's name without its `%-` in lower case, `_` for all else.

    Raises
    ------
    InvalidFeature
        If a function fails on a sample of bars, drops rows, gives no feature, one that is no
        number, one that has no value after its warm-up, or one in the unit of prices.
    """
    wanted = tuple(periods)
    if (expand_all is None) != (not wanted):
        raise InvalidFeature(
            f"expand_all is called once for each of periods, and there are periods={wanted} and "
            f"expand_all={'none' if expand_all is None else name_of(expand_all)}; give both or none"
        )
    calls = [FunctionCall(expand_all, f"_{one}", True, one) for one in wanted] if expand_all else []
    calls += [FunctionCall(expand_basic, "", True)] if expand_basic else []
    calls += [FunctionCall(standard, "", False)] if standard else []
    functions = FeatureFunctions(tuple(calls), shifted_candles)
    warm_up = startup_candles + (shifted_candles if expand_all or expand_basic else 0)
    with np.errstate(all="ignore"):
        plain, dear = (
            functions.values(_sample(warm_up + _SAMPLE_BARS, unit)) for unit in (1.0, _UNIT)
        )
    if not plain:
        raise InvalidFeature(
            f"no function of {', '.join(name_of(call.function) for call in calls) or 'FreqAI'} "
            "makes a column whose name begins with %"
        )
    for name, values in plain.items():
        _require_sound(name, values[warm_up:], dear[name][warm_up:], warm_up)
    return tuple(
        FeatureSpec(
            _our_name(name),
            GROUP,
            warm_up,
            partial(functions.value, name=name),
            f"FreqAI's {name}, as its function computes it.",
        )
        for name in plain
    )


def _require_sound(name: str, values: FloatArray, dear: FloatArray, warm_up: int) -> None:
    if np.isnan(values).all():
        raise InvalidFeature(
            f"FreqAI's {name} has no value after a warm-up of {warm_up} bars; raise "
            "startup_candles, of which 300 can be had, or shorten its period"
        )
    if not np.allclose(values, dear, rtol=1e-6, atol=1e-12, equal_nan=True):
        raise InvalidFeature(
            f"FreqAI's {name} depends on the unit of prices, which here are relative to where a "
            "slice of bars begins; return a ratio, such as close / close.rolling(50).mean(), or "
            "take the % from its name"
        )


def _sample(count: int, unit: float) -> Bars:
    """Return bars that move like a market, the same on every machine: sums of waves, no dice."""
    steps = np.arange(count, dtype=np.float64)
    close = unit * (1.0 + 0.05 * _wave(steps, 106.8) + 0.02 * _wave(steps, 19.5))
    opened = np.append(close[:1], close[:-1])
    reach = unit * 0.004 * (1.5 + _wave(steps, 10.7))
    return Bars(
        open_ms=np.int64(1_700_000_100_000) // _BAR_MS * _BAR_MS + np.arange(count) * _BAR_MS,
        open=opened,
        high=np.maximum(opened, close) + reach,
        low=np.minimum(opened, close) - reach,
        close=close,
        volume=20.0 + 10.0 * _wave(steps, 33.3),
        bar_ms=_BAR_MS,
    )


def _wave(steps: FloatArray, period: float) -> FloatArray:
    """Return a triangle between -1 and 1, with the same bits on every machine."""
    triangle: FloatArray = 4.0 * np.abs(steps / period % 1.0 - 0.5) - 1.0
    return triangle


def _our_name(name: str) -> str:
    return PREFIX + re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
