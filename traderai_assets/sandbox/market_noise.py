"""Random streams of the simulated market, each a pure function of (seed, name, stream, chunk).

Time is cut into chunks of 30 days from a fixed origin. Every stream of a chunk comes from its own
counter-based generator, so no chunk needs another to have been made before. What the market is
made of stands in `simulation.py`.
"""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.sandbox.clock import LATEST

ORIGIN = datetime(2017, 1, 1, tzinfo=UTC)
MINUTE_MS = 60_000
CHUNK_MINUTES = 30 * 24 * 60
CHUNK_MS = CHUNK_MINUTES * MINUTE_MS
# Knot distance in minutes and standard deviation of each layer of log volatility.
OCTAVES = ((30, 0.25), (240, 0.30), (1_440, 0.30), (7_200, 0.20), (43_200, 0.10))
SHOCK_FREEDOM = 5
# Knot distance of the pressure: it keeps its side for about four hours.
PRESSURE_MINUTES = 240
# An anchor keeps nine tenths of its distance to the market's usual price from chunk to chunk.
PERSISTENCE = 0.9
CHUNKS_PER_OUTAGE = 6
_LAST_CHUNK = (milliseconds(LATEST) - milliseconds(ORIGIN)) // CHUNK_MS + 2


def chunk_of(time_ms: int) -> int:
    """The chunk in which a time lies; negative before the origin."""
    return (time_ms - milliseconds(ORIGIN)) // CHUNK_MS


def chunk_start(chunk: int) -> int:
    """First millisecond of a chunk."""
    return milliseconds(ORIGIN) + chunk * CHUNK_MS


def generator(seed: int, name: str, stream: str, chunk: int = 0) -> np.random.Generator:
    """The counter-based generator of one stream of one market in one chunk."""
    # The first chunk looks back at the one before it, and a key must not be negative.
    key = (zlib.crc32(name.encode()), zlib.crc32(stream.encode()), chunk + 1)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def shocks(seed: int, name: str, chunk: int) -> NDArray[np.float64]:
    """One Student-t shock of unit variance a minute."""
    scale = np.sqrt((SHOCK_FREEDOM - 2) / SHOCK_FREEDOM)
    drawn = generator(seed, name, "shock", chunk).standard_t(SHOCK_FREEDOM, CHUNK_MINUTES)
    return np.asarray(drawn * scale)


def log_volatility(seed: int, name: str, chunk: int) -> NDArray[np.float64]:
    """Clustered log volatility of a chunk, one value a minute, with E[exp(2 x)] about 1.

    A sum of layers, each a line drawn through normal knots: rough from minutes to months, so
    that volatility clusters at every scale, without a recursion that would tie chunks together.
    """
    minutes = np.arange(CHUNK_MINUTES)
    layers: NDArray[np.float64] = np.zeros(CHUNK_MINUTES)
    for step, deviation in OCTAVES:
        stream = f"volatility {step}"
        own = generator(seed, name, stream, chunk).standard_normal(CHUNK_MINUTES // step)
        following = generator(seed, name, stream, chunk + 1).standard_normal(1)
        knots = np.concatenate([own, following])
        layers += deviation * np.interp(minutes, np.arange(len(knots)) * step, knots)
    # Between two knots the variance is 2/3 of a knot's on average.
    average = 2 / 3 * sum(deviation**2 for _, deviation in OCTAVES)
    return np.asarray(layers - average)


def pressure(seed: int, name: str, chunk: int) -> NDArray[np.float64]:
    """Pressure of a chunk, one value a minute in -1..1: above 0 buyers push, below 0 sellers do.

    The hyperbolic tangent of twice a line through normal knots of unit variance: mostly one side
    has all of it. Each knot is the step between two independent draws, so that what one side
    pushed is handed back: prices swing more by it, but hardly drift away further.
    """
    count = CHUNK_MINUTES // PRESSURE_MINUTES
    before, own, after = (
        generator(seed, name, "pressure", number).standard_normal(count)
        for number in (chunk - 1, chunk, chunk + 1)
    )
    knots = np.diff(np.concatenate([before[-1:], own, after[:1]])) / np.sqrt(2)
    minutes = np.arange(CHUNK_MINUTES) / PRESSURE_MINUTES
    return np.asarray(np.tanh(2.0 * np.interp(minutes, np.arange(count + 1), knots)))


def daily_season() -> NDArray[np.float64]:
    """Log volatility by minute of a chunk: busiest at 15:00 UTC, quietest at 03:00."""
    hour = np.arange(CHUNK_MINUTES) / 60
    swing = 0.4
    wave = swing * np.cos(2 * np.pi * (hour - 15) / 24)
    return np.asarray(wave - np.log(np.i0(2 * swing)) / 2)


def log_anchors(seed: int, name: str, usual: float, deviation: float) -> NDArray[np.float64]:
    """Log price at the start of every chunk: an AR(1) around the market's usual price."""
    steps = deviation * generator(seed, name, "anchor").standard_normal(_LAST_CHUNK)
    walk = accumulate(steps.tolist(), lambda level, step: PERSISTENCE * level + step)
    return np.asarray(np.log(usual) + np.array(list(walk)))


@dataclass(frozen=True)
class Outage:
    """One halt of the whole exchange: flat candles first, then none at all."""

    flat_from: datetime
    absent_from: datetime
    until: datetime


def outage_near(seed: int, chunk: int) -> Outage:
    """The one outage of the half-year (six chunks) to which a chunk belongs.

    It lies on the five-minute grid, lasts 5 to 18 flat and 4 to 24 absent bars of five minutes,
    and keeps a day's distance to the ends of its chunk.
    """
    half_year = chunk // CHUNKS_PER_OUTAGE
    drawn = generator(seed, "exchange", "outage", half_year)
    hit = half_year * CHUNKS_PER_OUTAGE + int(drawn.integers(CHUNKS_PER_OUTAGE))
    five_minutes = timedelta(minutes=5)
    offset = int(drawn.integers(288, CHUNK_MINUTES // 5 - 2 * 288))
    flat_from = ORIGIN + hit * timedelta(minutes=CHUNK_MINUTES) + offset * five_minutes
    absent_from = flat_from + int(drawn.integers(5, 19)) * five_minutes
    until = absent_from + int(drawn.integers(4, 25)) * five_minutes
    return Outage(flat_from, absent_from, until)
