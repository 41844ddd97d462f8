"""A picture of a pool's account, as SVG text: beside buy-and-hold, with the looks."""

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.strategies.pool import account_of

_WIDTH, _HEIGHT, _MARGIN = 720, 280, 44
# More points than pixels show nothing
_MOST_POINTS = 700
_POOL, _HELD, _LOOK, _TEXT = "#2563eb", "#9ca3af", "#d97706", "#6b7280"


def account_svg(pool: pd.DataFrame, looks: Iterable[pd.Timestamp] = ()) -> str:
    """Draw the account of a pool on a logarithmic scale.

    Parameters
    ----------
    pool : DataFrame
        As `pool.pool_days` gives it, at least two days.
    looks : iterable of Timestamp
        Days on which it was looked at; each is a line.
    """
    net, held = (account_of(pool[name].to_numpy(np.float64)) for name in ("net", "buy_and_hold"))
    least = max(min(net.min(), held.min()), 1e-3)
    most = max(net.max(), held.max(), least * 1.01)
    first, last = pool["day"].iloc[0], pool["day"].iloc[-1] + pd.Timedelta(days=1)

    def height(value: float) -> float:
        share = math.log(max(value, least) / least) / math.log(most / least)
        return _HEIGHT - _MARGIN - share * (_HEIGHT - 2 * _MARGIN)

    def across(day: pd.Timestamp) -> float:
        return _MARGIN + float((day - first) / (last - first)) * (_WIDTH - 2 * _MARGIN)

    def line(values: FloatArray, colour: str) -> str:
        at = np.unique(np.linspace(0, len(values) - 1, min(len(values), _MOST_POINTS)).astype(int))
        step = (_WIDTH - 2 * _MARGIN) / (len(values) - 1)
        points = " ".join(f"{_MARGIN + i * step:.1f},{height(values[i]):.1f}" for i in at)
        return f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'

    marks = [
        f'<line x1="{across(day):.1f}" x2="{across(day):.1f}" y1="{_MARGIN}" '
        f'y2="{_HEIGHT - _MARGIN}" stroke="{_LOOK}" stroke-dasharray="3 3"/>'
        for day in looks
        if first <= day <= last
    ]
    texts = [
        _text(_MARGIN, _HEIGHT - 16, f"{first:%Y-%m-%d}", "start"),
        _text(_WIDTH - _MARGIN, _HEIGHT - 16, f"{last:%Y-%m-%d}", "end"),
        _text(_MARGIN, 20, f"account {net[-1]:.3g}", "start", _POOL),
        _text(_WIDTH - _MARGIN, 20, f"buy-and-hold {held[-1]:.3g}", "end", _HELD),
        _text(_MARGIN - 4, height(most) + 4, f"{most:.3g}", "end"),
        _text(_MARGIN - 4, height(least) + 4, f"{least:.3g}", "end"),
    ]
    even = (
        f'<line x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{height(1.0):.1f}" '
        f'y2="{height(1.0):.1f}" stroke="{_TEXT}" stroke-width="0.5"/>'
    )
    inside = "".join([even, *marks, line(held, _HELD), line(net, _POOL), *texts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" font-size="12">'
        f"{inside}</svg>"
    )


def _text(x: float, y: float, words: str, anchor: str, colour: str = _TEXT) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
