"""One chunk of minutes of a simulated market, from noise to candles as an exchange prints them.

The law of the market is told in `simulation.py`; the random streams are in `market_noise.py`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.arrays import FloatArray, milliseconds
from traderai_assets.sandbox.feed import Bars
from traderai_assets.sandbox.market_noise import (
    CHUNK_MINUTES,
    MINUTE_MS,
    chunk_start,
    daily_season,
    generator,
    log_volatility,
    outage_near,
    pressure,
    shocks,
)

# What full pressure does at edge 1: drift of a minute, in its standard deviations; ...
PRESSURE_DRIFT = 0.19
# ... log volume, on both sides and, beyond that, in minutes that move its way; ...
_PRESSURE_VOLUME = 0.3
_PRESSURE_IMBALANCE = 0.5
# ... and log reach of the shadow behind it, while the one ahead shrinks by as much.
_PRESSURE_SHADOW = 0.7
# High and low beyond open and close, in standard deviations of a minute.
_SPREAD = 0.4
_GAP_SHARE = 0.1


@dataclass(frozen=True)
class SimulatedMarket:
    """One market to simulate; `volatility` is that of one minute's log return."""

    base: str
    price: float
    volatility: float
    volume: float
    price_decimals: int = 2
    volume_decimals: int = 5
    trade_probability: float = 1.0
    quote: str = "USDT"

    @property
    def market_id(self) -> str:
        """Binance's name, for example BTCUSDT."""
        return f"{self.base}{self.quote}"


def minutes(
    market: SimulatedMarket, seed: int, edge: float, chunk: int, ends: tuple[float, float]
) -> Bars:
    """Every minute of one chunk.

    Parameters
    ----------
    edge : float
        Share of the planted pressure, in [0, 1].
    ends : tuple of float
        Log price where the chunk begins and where it ends.
    """
    name = market.market_id
    shock, push = shocks(seed, name, chunk), edge * pressure(seed, name, chunk)
    clustered, season = log_volatility(seed, name, chunk), daily_season()
    deviation = market.volatility * np.exp(clustered + season)
    returns = deviation * (shock + PRESSURE_DRIFT * push)
    level = bridge(returns, deviation**2, ends)
    activity = clustered + 2 * season
    dice = generator(seed, name, "trade", chunk)
    traded = dice.random(CHUNK_MINUTES) < market.trade_probability * np.exp(activity / 2)
    if market.trade_probability >= 1:
        traded[:] = True
    traded[-1] = True  # So that the next chunk opens where this one closed
    open_time = chunk_start(chunk) + np.arange(CHUNK_MINUTES) * MINUTE_MS
    absent = _halt(seed, chunk, open_time, traded)
    printed = _printed(market, seed, chunk, (level, deviation, ends[0]), traded, push)
    noise = generator(seed, name, "volume", chunk).standard_normal(CHUNK_MINUTES)
    crowd = _PRESSURE_VOLUME * np.abs(push) + _PRESSURE_IMBALANCE * push * np.sign(shock)
    size = np.exp(activity + crowd + 0.5 * noise + 0.3 * np.minimum(np.abs(shock), 4.0))
    lot = 10.0**-market.volume_decimals
    volume = np.maximum(np.round(market.volume * size, market.volume_decimals), lot)
    bars = Bars(open_time, *printed, np.where(traded, volume, 0.0))
    return bars[~absent] if absent.any() else bars


def bridge(returns: FloatArray, variance: FloatArray, ends: tuple[float, float]) -> FloatArray:
    """Log price after each return, bent to end at `ends[1]` in proportion to variance.

    A random walk in its own variance clock stays one when its end is drawn beforehand from the
    same law, so the bending itself cannot be forecast.
    """
    start, end = ends
    walk = np.cumsum(returns)
    clock = np.cumsum(variance)
    level = np.asarray(start + walk + (end - start - walk[-1]) * (clock / clock[-1]))
    level[-1] = end
    return level


def _halt(
    seed: int, chunk: int, open_time: NDArray[np.int64], traded: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which minutes an outage removes; takes the trades out of its flat minutes, in place."""
    outage = outage_near(seed, chunk)
    flat_from, absent_from, until = (
        milliseconds(moment) for moment in (outage.flat_from, outage.absent_from, outage.until)
    )
    traded[(open_time >= flat_from) & (open_time < absent_from)] = False
    absent = (open_time >= absent_from) & (open_time < until)
    # Trading starts again where the price went meanwhile, not where it stopped.
    traded[absent] = True
    return absent


def _printed(
    market: SimulatedMarket,
    seed: int,
    chunk: int,
    path: tuple[FloatArray, FloatArray, float],
    traded: NDArray[np.bool_],
    push: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Open, high, low and close on the market's price grid; flat at the last trade where none."""
    level, deviation, start = path
    decimals = market.price_decimals
    tick = 10.0**-decimals
    prices = np.maximum(np.round(np.exp(np.concatenate([[start], level])), decimals), tick)
    last_trade = np.maximum.accumulate(np.where(traded, np.arange(1, len(prices)), 0))
    close = prices[last_trade]
    before = np.concatenate([prices[:1], close[:-1]])
    dice = generator(seed, market.market_id, "print", chunk)
    side = np.sign(dice.random(CHUNK_MINUTES) - 0.5) * (dice.random(CHUNK_MINUTES) < _GAP_SHARE)
    opened = np.where(traded, np.maximum(np.round(before + side * tick, decimals), tick), close)
    lean = np.exp(_PRESSURE_SHADOW * np.array([-push, push]))
    reach = _SPREAD * deviation * lean * np.abs(dice.standard_normal((2, CHUNK_MINUTES))) * traded
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    high = np.maximum(np.round(top * (1 + reach[0]), decimals), top)
    low = np.maximum(np.round(bottom * (1 - reach[1]), decimals), tick)
    return opened, high, np.minimum(low, bottom), close
