"""Planted markets: candles of which it is known whether they can be forecast, and how well.

Returns of a minute are r(t) = s(t) (e(t) + drift * p(t)): shocks e of Student's t with 6 degrees of
freedom, GARCH(1,1) volatility s, and a pressure p, which is 1 or -1 and changes sides once in
four hours on average, at any minute with the same chance. The pressure shows in volume, in minutes
that go its way, and in where they close, so that whoever looks can know it. Without drift there is
no pressure to be seen: nothing can be forecast but volatility and volume. The law is not that of
the sandbox: what is proved here shall not hang on one simulation. How a market is judged stands in
`judging`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]

BAR = timedelta(minutes=5)
MINUTES_A_BAR = 5
DAYS = 30
START = datetime(2025, 6, 1, tzinfo=UTC)
MINUTES_A_SIDE = 240.0
FREEDOM = 6.0
# Of the last minute's squared shock and of the last variance; together 0.97
GARCH_SHOCK, GARCH_MEMORY = 0.03, 0.96
TICK = 0.001


@dataclass(frozen=True)
class Edge:
    """What is planted.

    Attributes
    ----------
    drift : float
        Mean return of a minute while pressed, in standard deviations of the minute.
    volatility : float
        Standard deviation of a minute's return.
    """

    name: str
    drift: float
    volatility: float


NOISE = Edge("pure noise", drift=0.0, volatility=0.0008)
PAYABLE = Edge("payable edge", drift=0.15, volatility=0.0010)
MIDDLING = Edge("middling edge", drift=0.09, volatility=0.0010)
FAINT = Edge("faint edge", drift=0.05, volatility=0.0010)
UNPAYABLE = Edge("edge below its cost", drift=0.016, volatility=0.0004)


@dataclass(frozen=True)
class PlantedMarket:
    """Candles, and at each close the pressure that nobody is told."""

    candles: pd.DataFrame
    pressure: FloatArray

    def information_coefficient(self, horizon_bars: int = 12) -> float:
        """Correlation of the pressure at a close with the return of the bars after it."""
        level = np.log(self.candles["close"].to_numpy(np.float64))
        coming = level[horizon_bars:] - level[:-horizon_bars]
        return float(np.corrcoef(self.pressure[:-horizon_bars], coming)[0, 1])


def planted_market(edge: Edge, seed: int, *, warm_up_bars: int, days: int = DAYS) -> PlantedMarket:
    """Make days of candles and a warm-up before `START`; a pure function of its arguments."""
    bars = warm_up_bars + days * timedelta(days=1) // BAR
    dice = np.random.default_rng([seed, round(edge.drift * 10_000)])
    count = bars * MINUTES_A_BAR
    shock = dice.standard_t(FREEDOM, count) * np.sqrt((FREEDOM - 2.0) / FREEDOM)
    deviation = edge.volatility * garch(shock)
    pressure = sides(dice.random(count))
    level = np.cumsum(deviation * (shock + edge.drift * pressure))
    shown = pressure if edge.drift else np.zeros(count)
    close = np.maximum(np.round(100.0 * np.exp(level), 3), TICK)
    opened = np.concatenate([[100.0], close[:-1]])
    reach = np.abs(dice.standard_normal((2, count))) * 0.4 * deviation
    reach *= np.exp(0.5 * np.array([-shown, shown]))
    high = np.maximum(opened, close) * (1.0 + reach[0])
    low = np.minimum(opened, close) * (1.0 - reach[1])
    crowd = 0.4 * shown * np.sign(shock) + 0.3 * np.abs(shock)
    activity = 2.0 * np.log(deviation / edge.volatility)
    volume = 10.0 * np.exp(activity + crowd + 0.5 * dice.standard_normal(count))
    minutes = [column.reshape(bars, MINUTES_A_BAR) for column in (opened, high, low, close, volume)]
    first = pd.Timestamp(START) - warm_up_bars * BAR
    candles = pd.DataFrame(
        {
            "open_time": pd.date_range(first, periods=bars, freq=BAR, unit="ms"),
            "open": minutes[0][:, 0],
            "high": minutes[1].max(axis=1),
            "low": minutes[2].min(axis=1),
            "close": minutes[3][:, -1],
            "volume": minutes[4].sum(axis=1),
        }
    )
    return PlantedMarket(candles, pressure.reshape(bars, MINUTES_A_BAR)[:, -1])


def garch(shock: FloatArray) -> FloatArray:
    """Volatility of each minute, of unit mean square, from the shocks before it."""
    variance = np.empty(len(shock))
    current = 1.0
    for minute, squared in enumerate((shock**2).tolist()):
        variance[minute] = current
        arch = GARCH_SHOCK * current * squared
        current = (1.0 - GARCH_SHOCK - GARCH_MEMORY) + arch + GARCH_MEMORY * current
    return np.sqrt(variance)


def sides(chance: FloatArray) -> FloatArray:
    """Pressure, 1 or -1, that changes sides where `chance`, uniform in 0..1, is small enough."""
    changes = np.cumsum(chance < 1.0 / MINUTES_A_SIDE)
    return np.where(changes % 2 == 0, 1.0, -1.0)
