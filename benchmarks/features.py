"""Features: the catalogue against pandas, polars and TA-Lib, one more day, and cost against bars.

The peers compute the same columns, and their values are compared before anything is timed. What the
peers do not have is left out on our side too; the note of each row says how many features that is.
"""

import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.peer_columns import features_of, peer_frame
from benchmarks.peer_features import PANDAS, TALIB_AND_PANDAS, TALIB_THROUGHOUT
from benchmarks.peer_polars import polars_frame
from benchmarks.table import Ratio, at_least, at_most, best_of
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.month import month_features, warm_up_bars
from traderai_assets.domain.months import Month, months_between

BAR, BAR_MS = timedelta(minutes=5), 300_000
RUNNING = "TA-Lib for all it has"
FIRST = Month(2024, 1)
NOTES = {
    "polars": "all of polars' threads, one of ours",
    "TA-Lib + pandas": "indicators and extremes by TA-Lib, rolling statistics by pandas",
    RUNNING: "also sums, deviations, correlations: what they carry along is dust in a still market",
}
BOUNDS = {"TA-Lib + pandas": 1.5, RUNNING: 1.5}
MONTH_BARS, YEARS_BARS, DECADES_BARS = 8_640, 155_520, 1_555_200


def random_candles(rows: int) -> pd.DataFrame:
    """Return a walk without holes or still bars, `warm_up_bars` of it before `FIRST`."""
    random = np.random.default_rng(1)
    rows += warm_up_bars()
    close = 20_000.0 * np.exp(np.cumsum(random.standard_t(5, rows) * 5e-4))
    opened = np.concatenate([[20_000.0], close[:-1]])
    reach = np.exp(np.abs(random.normal(0.0, 3e-4, (2, rows))))
    start = FIRST.start - warm_up_bars() * BAR
    return pd.DataFrame(
        {
            "open_time": pd.date_range(start, periods=rows, freq=BAR).as_unit("ms"),
            "open": opened,
            "high": np.maximum(opened, close) * reach[0],
            "low": np.minimum(opened, close) / reach[1],
            "close": close,
            "volume": random.gamma(2.0, 10.0, rows) + 1e-3,
        }
    )


COMPARED = features_of(peer_frame(random_candles(1), PANDAS, BAR_MS), CATALOGUE)


def note_of(peer: str) -> str:
    """Return what a reader must know of a row: the peer's means, and what it is not asked for."""
    absent = len(CATALOGUE) - len(COMPARED)
    return "; ".join(filter(None, [NOTES.get(peer), absent and f"{absent} more have no peer"]))


def by_month(candles: pd.DataFrame, *, keep: bool = False) -> list[pd.DataFrame]:
    """Compute month by month, each from its warm-up, as every run does."""
    last = candles["open_time"].iloc[-1].to_pydatetime()
    kept = []
    for month in months_between(FIRST.start, last + BAR):
        frame = month_features(candles, month=month, bar=BAR, catalogue=COMPARED)
        if keep:
            kept.append(frame)
    return kept


def agreement(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """Largest difference after the peers' memories have faded, in standard deviations."""
    worst = 0.0
    for spec in COMPARED:
        left = ours[spec.name].to_numpy(np.float64)[2_000:]
        right = theirs[spec.name].to_numpy(np.float64)[2_000:]
        apart = np.abs(left - right) / max(float(np.std(left)), 1e-12)
        worst = max(worst, float(apart.max()) if np.isfinite(apart).all() else np.inf)
    return worst


def against_peers(rows: int, times: int) -> list[Ratio]:
    """Time every peer on the same candles."""
    candles = random_candles(rows)
    inside = (candles["open_time"] >= FIRST.start).to_numpy()
    table = pl.from_pandas(candles)
    peers: dict[str, Callable[[], Any]] = {
        "pandas": partial(peer_frame, candles, PANDAS, BAR_MS),
        "polars": partial(polars_frame, table, BAR_MS),
        "TA-Lib + pandas": partial(peer_frame, candles, TALIB_AND_PANDAS, BAR_MS),
        RUNNING: partial(peer_frame, candles, TALIB_THROUGHOUT, BAR_MS),
    }
    ours = pd.concat(by_month(candles, keep=True), ignore_index=True)
    for name, peer in peers.items():
        theirs = peer()
        theirs = theirs.to_pandas() if isinstance(theirs, pl.DataFrame) else theirs
        apart = agreement(ours, theirs[inside].reset_index(drop=True))
        if apart > 1e-5:
            raise AssertionError(f"{name} computes something else: {apart:.1e} deviations apart")
    mine, *seconds = best_of(times, partial(by_month, candles), *peers.values())
    return [
        Ratio(
            what=f"{len(COMPARED)} features of {rows:,} bars",
            ours="month by month",
            peer=name,
            ours_seconds=mine,
            peer_seconds=theirs_seconds,
            bound=at_least(BOUNDS.get(name, 2.5)),
            met=theirs_seconds >= BOUNDS.get(name, 2.5) * mine,
            note=note_of(name),
        )
        for name, theirs_seconds in zip(peers, seconds, strict=True)
    ]


def one_more_day(times: int) -> Ratio:
    """Time a day's bars from their warm-up against all 18 months."""
    candles = random_candles(YEARS_BARS)
    # The first day of a month: its window is the warm-up and that day
    day = candles[candles["open_time"] < FIRST.start + timedelta(days=1)]
    a_day, full = best_of(
        times,
        lambda: month_features(day, month=FIRST, bar=BAR, catalogue=COMPARED),
        lambda: by_month(candles),
    )
    return Ratio(
        what="one more day of 5-minute bars",
        ours="the day, from its warm-up",
        peer="all 18 months",
        ours_seconds=a_day,
        peer_seconds=full,
        bound=at_most(0.05),
        met=a_day <= 0.05 * full,
    )


def _repeated(work: Callable[[], object], times: int) -> None:
    for _ in range(times):
        work()


def scaling(sizes: tuple[int, ...], times: int) -> list[Ratio]:
    """Time ten or eighteen times the bars against as many times the seconds: slope 1.0."""
    sides, peaks = [], []
    # As long a stretch of time for all: the best of short ones would be luckier
    repeats = [max(YEARS_BARS // rows, 1) for rows in sizes]
    for rows, again in zip(sizes, repeats, strict=True):
        sides.append(partial(_repeated, partial(by_month, random_candles(rows)), again))
        tracemalloc.start()
        sides[-1]()
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    best = best_of(times, *sides)
    seconds = [one / again for one, again in zip(best, repeats, strict=True)]
    found = []
    for place in range(1, len(sizes)):
        growth = sizes[place] / sizes[place - 1]
        slope = float(np.log(seconds[place] / seconds[place - 1]) / np.log(growth))
        memory = float(np.log(peaks[place] / peaks[place - 1]) / np.log(growth))
        found.append(
            Ratio(
                what=f"{sizes[place]:,} bars against {sizes[place - 1]:,}",
                ours=f"{sizes[place]:,} bars",
                peer=f"{growth:g} times {sizes[place - 1]:,}",
                ours_seconds=seconds[place],
                peer_seconds=seconds[place - 1] * growth,
                bound="slope at most 1.00",
                met=round(slope, 2) <= 1.0 and memory <= 1.0,
                note=f"slope {slope:.3f}; of peak memory {memory:.3f} ({peaks[place]:.0f} MB)",
            )
        )
    return found


def measure(*, quick: bool) -> list[Ratio]:
    """Measure it all; `quick` leaves the decades out and repeats less."""
    times = 3 if quick else 7
    sizes = (MONTH_BARS, YEARS_BARS) if quick else (MONTH_BARS, YEARS_BARS, DECADES_BARS)
    return [
        *scaling(sizes, 2 if quick else 3),
        *against_peers(MONTH_BARS, 5 * times),
        *against_peers(YEARS_BARS, times),
        one_more_day(times),
    ]
