"""The simulated market's edge: exactly what is planted, and to be seen where the law says."""

import itertools
from datetime import UTC, datetime

import numpy as np
import pytest

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.sandbox.market_minutes import PRESSURE_DRIFT
from traderai_assets.sandbox.market_noise import (
    CHUNK_MINUTES,
    PRESSURE_MINUTES,
    daily_season,
    log_volatility,
    pressure,
    shocks,
)
from traderai_assets.sandbox.simulation import SWING, SimulatedFeed

START = milliseconds(datetime(2024, 1, 1, tzinfo=UTC))
EIGHTEEN_MONTHS = 155_520 * 300_000


def information_coefficient(edge):
    """Of the last hour's move with the next hour's, mean of two seeds by 18 months."""
    found = []
    for seed in (11, 12):
        bars = SimulatedFeed(seed=seed, edge=edge).bars(
            "ETHUSDT", "5m", START, START + EIGHTEEN_MONTHS
        )
        price = np.log(bars.close)
        at = np.arange(12, len(price) - 12)
        past, coming = price[at] - price[at - 12], price[at + 12] - price[at]
        found.append(np.corrcoef(past, coming)[0, 1])
    return np.mean(found)


@pytest.mark.parametrize(("edge", "expected"), [(1.0, 0.42), (0.5, 0.17), (0.0, 0.0)])
def test_the_next_hour_can_be_forecast_as_well_as_planted_and_no_better(edge, expected):
    # One seed's standard deviation is 0.009, so four of a mean of two are 0.025.
    assert information_coefficient(edge) == pytest.approx(expected, abs=0.025)


def test_the_pressure_joins_from_chunk_to_chunk_and_is_handed_back():
    parts = [pressure(7, "BTCUSDT", chunk) for chunk in range(80)]
    assert max(np.abs(part).max() for part in parts) <= 1
    steps = [abs(after[0] - before[-1]) for before, after in itertools.pairwise(parts)]
    # A minute of a step between two knots: five deviations of 1.73, the tangent twice as steep.
    assert max(steps) < 2 * 9 / PRESSURE_MINUTES
    # Were it not handed back, the mean of 180 pushes of about 0.7 would stray by 0.05.
    assert np.std([part.mean() for part in parts]) < 0.03


def test_the_move_of_a_chunk_is_drawn_as_wide_as_the_minutes_make_it():
    # Were it not, the bending to the next anchor would show in the returns.
    moves = []
    for chunk in range(60):
        calm = log_volatility(7, "BTCUSDT", chunk) + daily_season()
        push = PRESSURE_DRIFT * pressure(7, "BTCUSDT", chunk)
        moves.append(np.exp(calm) @ (shocks(7, "BTCUSDT", chunk) + push))
    assert np.std(moves) / np.sqrt(CHUNK_MINUTES) == pytest.approx(np.sqrt(1 + SWING), rel=0.25)


def test_pressure_shows_in_volume_and_in_where_candles_close(feed):
    history = feed.bars("BTCUSDT", "5m", START, START + EIGHTEEN_MONTHS - 1)
    traded = history.volume[1:] + 1e-9  # Nothing is traded in an outage
    signed = np.sign(np.diff(history.close)) * traded
    hour = np.ones(12)
    share = np.convolve(signed, hour, "valid") / np.convolve(traded, hour, "valid")
    coming = np.log(history.close[24:] / history.close[12:-12])
    assert np.corrcoef(share[:-12], coming)[0, 1] > 0.3
    spread = history.high - history.low
    above = 2 * history.close - history.high - history.low
    place = np.divide(above, spread, where=spread > 0, out=np.zeros(len(spread)))
    assert np.corrcoef(place[12:-12], coming)[0, 1] > 0.2
