"""Price steps: bars whose prices cannot have been traded to from those before them.

A redenomination, a split or a venue that serves another unit leaves candles that are well formed
and false. Unlike a crash, nobody traded on the way: markets that never close move *inside* their
bars, and the ranges of neighbouring bars meet. On 17 real markets, March 2020, flash wicks and a
reopening after five months among them, ranges lie at most 7 % apart.

A bar is suspected by what was known at its close, and nothing later clears it: whether the new
level lasts is for a person to say (`segments`). Three things are suspected:

between  the bar's range lies further from the range of the bar before it than any trade explains
inside   open and close of one bar are a power of ten apart, in a market that does not move so
wick     high or low is `WICK` times away from open and close alike, and no neighbour confirms it
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.candles.frames import time_column

BETWEEN, INSIDE, WICK = "between", "inside", "wick"

# Of neighbouring ranges. The largest of the real markets is a ratio of 1.08; a split of 3:2 is 1.5
LEAST_JUMP = 1.4
# Of a shadow of one bar; the largest of the real markets is 1.19
LEAST_WICK = 5.0
# In typical moves of the market, so that one that is collapsing may do what others may not
JUMP_MOVES = 8.0
INSIDE_MOVES = 40.0
# How near to a power of ten, as a log ratio, or in typical moves where the market is livelier
ROUND_WITHIN = 0.05
ROUND_MOVES = 6.0
# No unit is changed by more; a coin that falls to a hundred-millionth in a bar has just collapsed
MOST_ZEROS = 6
# Bars before a suspected one that say how far the market typically moves, and how few say nothing
MEMORY_BARS = 500
FEWEST_MOVES = 5
_VOLUME_BARS = 50
# Of open and close of one bar, before it is asked whether that is near to a power of ten
_LEAST_BODY = 10.0 / math.e
_NEARLY = 1.0 - 1e-9

STEP_COLUMNS = ("open_time", "kind", "before", "after", "ratio", "near", "volume_ratio")


def _logarithms(prices: FloatArray) -> FloatArray:
    """The C library's: limits lie far from any last digit, and runs that settle load no numba."""
    return np.fromiter(map(math.log, prices.tolist()), np.float64, len(prices))


@dataclass(frozen=True)
class _Prices:
    """Logarithms of prices, and the bars before each that are asked."""

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray

    @classmethod
    def of(cls, candles: pd.DataFrame) -> "_Prices":
        return cls(
            *(
                _logarithms(candles[name].to_numpy(np.float64))
                for name in ("open", "high", "low", "close")
            )
        )

    def between(self) -> FloatArray:
        """How far each bar's range lies from that of the bar before it, with its sign."""
        jump = np.zeros(len(self.close))
        above, below = self.low[1:] - self.high[:-1], self.low[:-1] - self.high[1:]
        jump[1:] = np.where(above > 0, above, np.where(below > 0, -below, 0.0))
        return jump

    def shadow(self) -> FloatArray:
        """The longer shadow of each bar."""
        above = self.high - np.maximum(self.open, self.close)
        return np.maximum(above, np.minimum(self.open, self.close) - self.low)

    def typical_move(self, row: int) -> float:
        """Median of the moves before a row that were any; 0 where there were too few."""
        closes = self.close[max(row - MEMORY_BARS - 1, 0) : row]
        moves = np.abs(np.diff(closes))
        moves = moves[moves > 0]
        return float(np.median(moves)) if len(moves) >= FEWEST_MOVES else 0.0


def suspected_rows(candles: pd.DataFrame) -> dict[int, str]:
    """Return the rows that are suspected, with the kind of each, oldest first.

    Parameters
    ----------
    candles : DataFrame
        Closed bars of one market, oldest first, prices above 0. Whether a row is suspected depends
        on no row after it, and on at most `MEMORY_BARS` + 1 before it.
    """
    if candles.empty or not _any_far_apart(candles):
        return {}
    prices = _Prices.of(candles)
    jump, body, shadow = prices.between(), np.abs(prices.close - prices.open), prices.shadow()
    found: dict[int, str] = {}
    for row in _candidates(jump, body, shadow):
        typical = prices.typical_move(row)
        if abs(jump[row]) > max(math.log(LEAST_JUMP), JUMP_MOVES * typical):
            found[row] = BETWEEN
        elif shadow[row] > max(math.log(LEAST_WICK), INSIDE_MOVES * typical):
            found[row] = WICK
        elif body[row] > INSIDE_MOVES * typical and _is_round(body[row], typical):
            found[row] = INSIDE
    return found


def find_price_steps(candles: pd.DataFrame) -> pd.DataFrame:
    """List the suspected bars of a market for a person.

    Parameters
    ----------
    candles : DataFrame
        As `suspected_rows` takes them, with volume.

    Returns
    -------
    DataFrame
        open_time; kind; before and after, the prices on both sides of the step (of a wick the far
        end is `after`); ratio, after over before; near, what the ratio is near to in words, if it
        is; volume_ratio, volume of the bar over the median of the bars before it, NaN where there
        were none.
    """
    rows = suspected_rows(candles)
    steps = [_step(candles, row, kind) for row, kind in rows.items()]
    frame = pd.DataFrame(steps, columns=list(STEP_COLUMNS[1:]))
    opened = candles["open_time"].iloc[list(rows)].reset_index(drop=True)
    frame.insert(0, "open_time", opened if len(rows) else time_column([]))
    return frame


def _candidates(jump: FloatArray, body: FloatArray, shadow: FloatArray) -> Iterator[int]:
    """Rows beyond the least limits, whatever the market's habit; nearly always none."""
    beyond: NDArray[np.bool_] = (
        (np.abs(jump) > math.log(LEAST_JUMP))
        | (body > math.log(_LEAST_BODY))
        | (shadow > math.log(LEAST_WICK))
    )
    yield from np.flatnonzero(beyond).tolist()


def _any_far_apart(candles: pd.DataFrame) -> bool:
    """Whether two prices lie as far apart as `_candidates` asks, or a last digit less far.

    Nearly always they do not, and then no logarithm is needed.
    """
    opened, high, low, close = (
        candles[name].to_numpy(np.float64) for name in ("open", "high", "low", "close")
    )
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    jumps = np.maximum(low[1:] / high[:-1], low[:-1] / high[1:])
    limits = (
        (jumps, LEAST_JUMP),
        (top / bottom, _LEAST_BODY),
        (np.maximum(high / top, bottom / low), LEAST_WICK),
    )
    return any(bool((ratios > least * _NEARLY).any()) for ratios, least in limits)


def _is_round(size: float, typical: float) -> bool:
    """Whether a log ratio is near to 10, 100, 1000, up to `MOST_ZEROS` zeros."""
    within = min(max(ROUND_WITHIN, ROUND_MOVES * typical), 0.2)
    power = round(size / math.log(10.0))
    return 1 <= power <= MOST_ZEROS and bool(abs(size - power * math.log(10.0)) <= within)


def _step(candles: pd.DataFrame, row: int, kind: str) -> tuple[object, ...]:
    bar = candles.iloc[row]
    before, after = float(bar["open"]), float(bar["close"])
    if kind == BETWEEN:
        before, after = float(candles["close"].iloc[row - 1]), float(bar["open"])
    elif kind == WICK:
        above = bar["high"] / max(bar["open"], bar["close"])
        below = min(bar["open"], bar["close"]) / bar["low"]
        after = float(bar["high"] if above >= below else bar["low"])
    volumes = candles["volume"].iloc[max(row - _VOLUME_BARS, 0) : row]
    usual = float(volumes[volumes > 0].median())
    ratio = after / before
    return kind, before, after, ratio, _near(ratio), float(bar["volume"]) / usual


def _near(ratio: float) -> str:
    """Name the round ratio that a step is near to; empty where it is near to none."""
    whole = max(ratio, 1 / ratio)
    power = round(math.log10(whole))
    if power >= 1 and abs(math.log(whole / 10**power)) < ROUND_WITHIN:
        return f"{10**power}" if ratio > 1 else f"1/{10**power}"
    for split in (1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 20, 25, 50, 200, 500):
        if abs(math.log(whole / split)) < ROUND_WITHIN:
            return f"{split:g}" if ratio > 1 else f"1/{split:g}"
    return ""
