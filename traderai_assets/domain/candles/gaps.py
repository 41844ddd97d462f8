"""Gaps: stretches without trading, found and named, never filled.

A bar is idle when it is absent, or flat (one price, no volume: how some exchanges print a bar in
which nothing happened). Absent and flat bars that touch are one run: Binance's outage of
2023-03-24 is 14 flat bars and 16 absent ones. Whether a run is an outage or just a quiet market
is told by the market's own habit, so one rule serves BTC/USDT and a pair that trades twice a day.

This is what the silence means if it is true; whether that may be believed: gap_confirmation.py.
"""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from traderai_assets.domain.arrays import FloatArray, milliseconds
from traderai_assets.domain.candles import gap_classes
from traderai_assets.domain.candles.frames import time_column

OUTAGE = gap_classes.OUTAGE.name
NO_TRADE = gap_classes.NO_TRADE.name
FETCH_FAILURE = gap_classes.FETCH_FAILURE.name
NOT_LISTED = gap_classes.NOT_LISTED.name

# A run is an outage when fewer runs that long are expected in the window. On the 17 real markets
# it was tried on, this names all 28 holes of Binance's hourly BTC/USDT, and none of the 1,930
# quiet stretches of the three that were built from trades.
SURPRISE = 0.01
# What is believed of a market before it was ever seen idle: less than SURPRISE, so that the first
# silence of a market that always trades is an outage, be it one bar.
PRIOR_RUNS = 0.005
# So many bars' worth of belief that bars fall idle independently of one another; without it, two
# outages of a month would excuse each other.
PRIOR_BARS = 200

_TRADED, _IDLE, _FAILED, _UNLISTED = range(4)


def find_gaps(
    candles: pd.DataFrame,
    *,
    start: datetime,
    end: datetime,
    bar: timedelta,
    failed: pd.Series | None = None,
    listed_from: datetime | None = None,
) -> pd.DataFrame:
    """List every run of absent bars, and the runs of flat bars that were outages.

    Flat bars of an ordinary quiet market are candles like any other and are not listed.

    Parameters
    ----------
    candles : DataFrame
        Candles of one market; those outside [start, end) are ignored.
    start, end : datetime
        The window that was fetched, on the grid of bars: a month, or its part up to now.
    failed : Series of datetimes, optional
        Times whose rows could not be used, such as `open_time` of the quarantine; an absent bar
        that holds one is a fetch failure and says nothing about the market.
    listed_from : datetime, optional
        When the market's first candle ever opened.

    Returns
    -------
    DataFrame
        start, end (end of the last idle bar), absent_bars, flat_bars, kind; oldest first.
        A function of the arguments alone: however the candles were fetched, the same gaps.
    """
    first, width = milliseconds(start), milliseconds(bar)
    n_bars = max(0, (milliseconds(end) - first) // width)
    absent, flat = _idle_bars(candles, first, width, n_bars)
    state = np.where(absent | flat, _IDLE, _TRADED)
    if failed is not None:
        places = _places(failed, first, width, n_bars)
        state[places[absent[places]]] = _FAILED
    if listed_from is not None:
        state[: max(0, -((first - milliseconds(listed_from)) // width))] = _UNLISTED

    begins, ends = _runs(state)
    kinds = _kinds(state, begins, ends)
    totals = [np.concatenate([[0], np.cumsum(bars)]) for bars in (absent, flat)]
    gaps = pd.DataFrame(
        {
            "start": time_column(first + begins * width),
            "end": time_column(first + ends * width),
            "absent_bars": totals[0][ends] - totals[0][begins],
            "flat_bars": totals[1][ends] - totals[1][begins],
            "kind": pd.Series(kinds, dtype="str"),
        }
    )
    return gaps[(gaps["absent_bars"] > 0) | (gaps["kind"] == OUTAGE)].reset_index(drop=True)


def absent_bars(
    candles: pd.DataFrame, *, start: datetime, end: datetime, bar: timedelta
) -> NDArray[np.bool_]:
    """For each bar of [start, end): whether no candle is stored of it."""
    first, width = milliseconds(start), milliseconds(bar)
    n_bars = max(0, (milliseconds(end) - first) // width)
    return _idle_bars(candles, first, width, n_bars)[0]


def _places(times: pd.Series, first: int, width: int, n_bars: int) -> NDArray[np.int64]:
    """Which bar of the window each time falls into; times outside are left out."""
    present = times.dropna().dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    places = (present.astype(np.int64) - first) // width
    return np.asarray(places[(places >= 0) & (places < n_bars)])


def _idle_bars(
    candles: pd.DataFrame, first: int, width: int, n_bars: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each bar of the window: is it absent, is it flat."""
    absent = np.ones(n_bars, dtype=bool)
    absent[_places(candles["open_time"], first, width, n_bars)] = False
    one_price = candles["high"] == candles["low"]
    still = candles.loc[one_price & (candles["volume"] == 0), "open_time"]
    flat = np.zeros(n_bars, dtype=bool)
    flat[_places(still, first, width, n_bars)] = True
    return absent, flat


def _runs(state: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each run of equal, not traded state begins, and where it has ended."""
    edges = np.flatnonzero(np.diff(state, prepend=_TRADED, append=_TRADED))
    begins, ends = edges[:-1], edges[1:]
    silent = state[begins] != _TRADED if len(begins) else np.zeros(0, dtype=bool)
    return begins[silent], ends[silent]


def _kinds(
    state: NDArray[np.int64], begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> list[str]:
    states = state[begins]
    idle = states == _IDLE
    surprising = np.zeros(len(begins), dtype=bool)
    lengths = (ends - begins)[idle].astype(np.float64)
    surprising[idle] = _outages(lengths, n_traded=int((state == _TRADED).sum()))
    names = {_FAILED: FETCH_FAILURE, _UNLISTED: NOT_LISTED}
    return [
        names.get(int(kind), OUTAGE if surprise else NO_TRADE)
        for kind, surprise in zip(states, surprising, strict=True)
    ]


def _outages(lengths: FloatArray, *, n_traded: int) -> NDArray[np.bool_]:
    """Which idle runs are too long for the habit that the other runs show.

    The habit is a two-state Markov chain: a trading bar is followed by an idle one with
    probability `enter`, an idle one by another with probability `stay`. Each run is held against
    the chain estimated without it, and without the runs already known as outages, until no more
    are found. Expected number of runs of length L or more: n_traded * enter * stay**(L - 1).
    """
    outage = np.zeros(len(lengths), dtype=bool)
    while True:
        habit = ~outage
        other_runs = habit.sum() - habit
        other_idle = lengths[habit].sum() - lengths * habit
        share = (other_idle + 1) / (other_idle + n_traded + 2)
        enter = (other_runs + PRIOR_RUNS) / (n_traded + 1)
        stay = (other_idle - other_runs + PRIOR_BARS * share) / (other_idle + PRIOR_BARS)
        found = outage | (n_traded * enter * stay ** (lengths - 1) < SURPRISE)
        if (found == outage).all():
            return outage
        outage = found
