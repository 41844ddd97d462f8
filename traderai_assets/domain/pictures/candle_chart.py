"""A candle chart as a still picture: bodies and wicks, with marks where something happened."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.scale import Scale, bounds, round_ticks, time_ticks
from traderai_assets.domain.pictures.svg import element, label, number, picture

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 300, 64, 12, 12, 26
_UP, _DOWN = "#009e73", "#d55e00"
MOST_BARS = 160


def candle_chart(
    seconds: NDArray[np.float64],
    prices: NDArray[np.float64],
    marks: Sequence[tuple[float, bool]] = (),
) -> str:
    """Return the picture of candles.

    Parameters
    ----------
    seconds : array of shape (n_bars,)
        When each bar opened, since 1970, UTC, increasing. More than 160 are joined.
    prices : array of shape (n_bars, 4)
        Open, high, low, close; finite.
    marks : sequence of (seconds, up)
        A triangle under the bar (up) or over it (down).

    Raises
    ------
    ValueError
        If there is no bar, or no four prices for each.
    """
    if not len(seconds) or prices.shape != (len(seconds), 4):
        raise ValueError(f"candles need four prices a bar: {len(seconds)} bars, {prices.shape}")
    seconds, prices = _joined(seconds, prices)
    across = Scale(seconds[0], max(seconds[-1], seconds[0] + 1.0), _LEFT + 4, _WIDTH - _RIGHT - 4)
    low, high = bounds(prices)
    upwards = Scale(low, high, _HEIGHT - _BOTTOM - 10, _TOP + 10)
    made = [element("rect", {"width": _WIDTH, "height": _HEIGHT, "fill": "#fff"})]
    for value in round_ticks(low, high):
        y = float(upwards.at(value))
        line = {"x1": _LEFT, "x2": _WIDTH - _RIGHT, "y1": y, "y2": y, "stroke": "#e5e5e5"}
        made += [element("line", line), label(_LEFT - 6, y + 4, shown(value, 6), "end")]
    first, last = (datetime.fromtimestamp(one, UTC) for one in (across.low, across.high))
    for moment, written in time_ticks(first, last):
        x = float(across.at(moment.timestamp()))
        made.append(label(x, _HEIGHT - 8, written, "middle"))
    xs, ys = across.at(seconds), upwards.at(prices)
    half = min(max((_WIDTH - _LEFT - _RIGHT) / len(seconds) * 0.35, 0.4), 6.0)
    for up, colour in ((True, _UP), (False, _DOWN)):
        chosen = np.flatnonzero((prices[:, 3] >= prices[:, 0]) == up)
        path = "".join(_candle(float(xs[i]), [float(y) for y in ys[i]], half) for i in chosen)
        if path:
            made.append(
                element("path", {"d": path, "fill": colour, "stroke": colour, "stroke_width": 0.6})
            )
    made += [_mark(at, up, seconds, xs, ys) for at, up in marks]
    return picture(_WIDTH, _HEIGHT, made)


def _joined(
    seconds: NDArray[np.float64], prices: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(seconds) <= MOST_BARS:
        return seconds, prices
    edges = np.linspace(0, len(seconds), MOST_BARS + 1).round().astype(int)
    first, last = edges[:-1], edges[1:] - 1
    high = np.maximum.reduceat(prices[:, 1], first)
    low = np.minimum.reduceat(prices[:, 2], first)
    return seconds[first], np.column_stack([prices[first, 0], high, low, prices[last, 3]])


def _candle(x: float, ys: list[float], half: float) -> str:
    opened, high, low, closed = ys
    top, tall = min(opened, closed), max(abs(closed - opened), 0.4)
    wick = f"M{number(x)} {number(high)}V{number(low)}"
    body = (
        f"M{number(x - half)} {number(top)}h{number(2 * half)}v{number(tall)}h{number(-2 * half)}z"
    )
    return wick + body


def _mark(
    at: float,
    up: bool,
    seconds: NDArray[np.float64],
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
) -> str:
    bar = int(np.clip(np.searchsorted(seconds, at, side="right") - 1, 0, len(seconds) - 1))
    x, y = float(xs[bar]), float(ys[bar, 2 if up else 1]) + (4 if up else -4)
    tall = 7 if up else -7
    return element("path", {"d": f"M{number(x)} {number(y)}l4 {tall}h-8z", "fill": "#0072b2"})
