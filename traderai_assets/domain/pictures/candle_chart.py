"""A chart of candles: as many bars are joined into one as it takes to see each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.pictures.line_chart import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    axes,
)
from traderai_assets.domain.pictures.scale import Scale, bounds
from traderai_assets.domain.pictures.svg import element, label, picture, place

MOST_CANDLES = 130
UP, DOWN = "#0072b2", "#d55e00"


@dataclass(frozen=True)
class Ohlc:
    """Candles as arrays of one length, oldest first; prices in quote.

    Attributes
    ----------
    times : array of datetime64, shape (n,)
        When each bar opened.
    open, high, low, close : array of float, shape (n,)
    """

    times: NDArray[np.datetime64]
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray


def candle_chart(
    candles: Ohlc,
    *,
    title: str,
    unit: str = "",
    most: int = MOST_CANDLES,
    marks: Sequence[tuple[float, bool]] = (),
) -> str:
    """Return a picture of candles, on a white ground; the colour says whether it rose or fell.

    Parameters
    ----------
    candles : Ohlc
        At least one. Of more than `most` those of each equal span of time are drawn as one; a span
        without any is left white.
    title : str
    unit : str
        Written after the title.
    most : int
        How many are drawn at most.
    marks : sequence of (seconds since 1970, up)
        A triangle under the bar (up) or over it (down) in which it falls.

    Raises
    ------
    ValueError
        If there is no candle.
    """
    if not len(candles.times):
        raise ValueError(f"the chart {title!r} has no candles; expected one at least")
    joined, width = _joined(candles, most)
    seconds = joined.times.astype("datetime64[ms]").astype(np.float64) / 1000.0
    low, high = bounds(np.concatenate([joined.low, joined.high]))
    across = Scale(seconds[0], seconds[-1] + width, LEFT, WIDTH - RIGHT)
    upwards = Scale(low, high, HEIGHT - BOTTOM, TOP)
    middles = across.at(seconds + width / 2)
    body = max(float(across.at(seconds[0] + width) - LEFT) * 0.7, 1.0)
    rose = joined.close >= joined.open
    heading = f"{title} ({unit})" if unit else title
    ground = element("rect", {"width": WIDTH, "height": HEIGHT, "fill": "#fff"})
    frame = [label(LEFT, 14, heading, "start", bold=True), *axes(across, upwards)]
    drawn = [
        _paths(joined, np.flatnonzero(kind), middles, upwards, body, colour)
        for kind, colour in ((rose, UP), (~rose, DOWN))
    ]
    drawn += [_mark(at, up, seconds, middles, joined, upwards) for at, up in marks]
    return picture(WIDTH, HEIGHT, [ground, *frame, *drawn], title=heading)


def _mark(
    at: float, up: bool, seconds: FloatArray, middles: FloatArray, candles: Ohlc, upwards: Scale
) -> str:
    bar = int(np.clip(np.searchsorted(seconds, at, side="right") - 1, 0, len(seconds) - 1))
    x, tall = float(middles[bar]), 7 if up else -7
    y = float(upwards.at(candles.low[bar] if up else candles.high[bar])) + tall / 2
    return element("path", {"d": f"M{place(x)},{place(y)}l4,{tall}h-8z", "fill": "#333"})


def _joined(candles: Ohlc, most: int) -> tuple[Ohlc, float]:
    """Return candles of equal spans, and the seconds of a span."""
    seconds = candles.times.astype("datetime64[ms]").astype(np.float64) / 1000.0
    bar = float(np.diff(seconds).min()) if len(seconds) > 1 else 1.0
    spans = (seconds[-1] - seconds[0]) / bar + 1.0
    width = bar * max(float(np.ceil(spans / most)), 1.0)
    of_span = np.floor((seconds - seconds[0]) / width).astype(np.int64)
    starts = np.flatnonzero(np.diff(of_span, prepend=-1))
    ends = np.append(starts[1:], len(seconds)) - 1
    opened = candles.times[0] + (of_span[starts] * round(width * 1000)).astype("timedelta64[ms]")
    joined = Ohlc(
        opened,
        candles.open[starts],
        np.maximum.reduceat(candles.high, starts),
        np.minimum.reduceat(candles.low, starts),
        candles.close[ends],
    )
    return joined, width


def _paths(
    candles: Ohlc,
    chosen: Sequence[int] | NDArray[np.intp],
    middles: FloatArray,
    upwards: Scale,
    body: float,
    colour: str,
) -> str:
    """Draw the chosen candles as two paths: lines from high to low, thick ones from open to close.

    A body is at least one pixel high, or it would not be seen.
    """
    highs, lows = upwards.at(candles.high), upwards.at(candles.low)
    tops = upwards.at(np.maximum(candles.open, candles.close))
    bottoms = np.maximum(upwards.at(np.minimum(candles.open, candles.close)), tops + 1.0)
    wicks = [_line(middles[i], highs[i], lows[i]) for i in chosen]
    bodies = [_line(middles[i], tops[i], bottoms[i]) for i in chosen]
    return "".join(
        element("path", {"d": "".join(lines), "stroke": colour, "stroke_width": width})
        for lines, width in ((wicks, 1), (bodies, round(body, 1)))
        if lines
    )


def _line(x: float, top: float, bottom: float) -> str:
    return f"M{place(x)},{place(top)}V{place(bottom)}"
