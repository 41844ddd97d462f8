"""Outages are told from quiet markets by the market's own habit. Real cases, made up again here."""

import itertools
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traderai_assets.domain.candles.frames import candles_frame, no_candles, time_column
from traderai_assets.domain.candles.gaps import find_gaps
from traderai_assets.domain.candles.merging import merge_candles

BAR = timedelta(minutes=5)
MARCH = datetime(2023, 3, 1, tzinfo=UTC)
APRIL = datetime(2023, 4, 1, tzinfo=UTC)
MARCH_BARS = 31 * 288


def market(n_bars, *, flat=(), absent=(), start=MARCH, bar=BAR):
    """A candle for each bar; `flat` and `absent` are bar numbers."""
    flat, absent = set(flat), set(absent)
    first, width = start.timestamp() * 1000, bar.total_seconds() * 1000
    rows = [
        [
            first + place * width,
            *([10] * 4 if place in flat else [10, 12, 9, 11]),
            place not in flat,
        ]
        for place in range(n_bars)
        if place not in absent
    ]
    return candles_frame(np.array(rows, dtype=float).reshape(-1, 6))


def gaps_of(candles, *, start=MARCH, end=APRIL, bar=BAR, **more):
    return find_gaps(candles, start=start, end=end, bar=bar, **more)


def listed(gaps):
    """(bars after the first, absent, flat, kind) of each gap."""
    return [
        ((gap.start - MARCH) // BAR, gap.absent_bars, gap.flat_bars, gap.kind)
        for gap in gaps.itertuples()
    ]


def test_a_market_that_always_trades_has_no_gaps():
    assert gaps_of(market(MARCH_BARS)).empty


def test_binance_on_24_march_2023_is_one_outage_of_14_flat_and_16_absent_bars():
    begin = 23 * 288 + 138  # 11:30
    candles = market(
        MARCH_BARS, flat=range(begin, begin + 14), absent=range(begin + 14, begin + 30)
    )
    gaps = gaps_of(candles)
    assert listed(gaps) == [(begin, 16, 14, "outage")]
    assert gaps["start"].iloc[0] == datetime(2023, 3, 24, 11, 30, tzinfo=UTC)
    assert gaps["end"].iloc[0] == datetime(2023, 3, 24, 14, 0, tzinfo=UTC)


def test_the_same_outage_is_found_in_a_pair_that_is_idle_in_every_twentieth_bar():
    dice = np.random.default_rng(7)
    begin = 23 * 288 + 138
    idle = set(np.flatnonzero(dice.random(MARCH_BARS) < 0.05).tolist())
    near = set(range(begin - 3, begin + 33))
    flat = (idle - near) | set(range(begin, begin + 14))
    gaps = gaps_of(market(MARCH_BARS, flat=flat, absent=range(begin + 14, begin + 30)))
    assert listed(gaps) == [(begin, 16, 14, "outage")]


def test_122_flat_bars_of_okx_without_a_gap_are_an_outage():
    gaps = gaps_of(market(MARCH_BARS, flat=range(5000, 5122)))
    assert listed(gaps) == [(5000, 0, 122, "outage")]


def test_absent_minutes_of_a_market_built_from_trades_are_no_trade():
    """Kraken's BTC/USDT by the minute: 2,334 of 7,722 absent, in 1,367 runs."""
    dice, absent, idle = np.random.default_rng(11), [], False
    for minute in range(7_722):
        idle = dice.random() < (0.41 if idle else 0.254)
        if idle:
            absent.append(minute)
    minute = timedelta(minutes=1)
    candles = market(7_722, absent=absent, bar=minute)
    gaps = gaps_of(candles, end=MARCH + 7_722 * minute, bar=minute)
    assert gaps["absent_bars"].sum() == len(absent)
    assert len(gaps) > 1_000
    assert set(gaps["kind"]) == {"no_trade"}


def test_ordinary_flat_bars_are_candles_and_are_not_listed():
    dice = np.random.default_rng(3)
    flat = np.flatnonzero(dice.random(MARCH_BARS) < 0.17)
    assert len(gaps_of(market(MARCH_BARS, flat=flat.tolist()))) <= 1


def test_a_suspension_of_the_whole_month_is_one_outage():
    gaps = gaps_of(no_candles())
    assert listed(gaps) == [(0, MARCH_BARS, 0, "outage")]


def test_one_absent_bar_of_a_market_that_never_idles_is_an_outage():
    assert listed(gaps_of(market(MARCH_BARS, absent=[77]))) == [(77, 1, 0, "outage")]


def test_two_outages_do_not_excuse_each_other():
    absent = [*range(100, 110), *range(4000, 4012)]
    assert listed(gaps_of(market(MARCH_BARS, absent=absent))) == [
        (100, 10, 0, "outage"),
        (4000, 12, 0, "outage"),
    ]


def test_single_absent_bars_are_a_habit_once_there_are_many():
    gaps = gaps_of(market(MARCH_BARS, absent=range(10, 8000, 97)))
    assert set(gaps["kind"]) == {"no_trade"}


def test_bars_whose_rows_were_bad_are_fetch_failures_and_no_habit():
    failed = pd.Series(
        [MARCH + 50 * BAR, MARCH + 51 * BAR + timedelta(seconds=7), MARCH + 90 * BAR, None, APRIL],
        dtype="datetime64[ms, UTC]",
    )
    gaps = gaps_of(market(MARCH_BARS, absent=[50, 51, 52]), failed=failed)
    assert listed(gaps) == [(50, 2, 0, "fetch_failure"), (52, 1, 0, "outage")]


def test_bars_before_the_listing_are_not_listed_and_nothing_else():
    candles = market(MARCH_BARS, absent=range(4000))
    gaps = gaps_of(candles, listed_from=MARCH + 4000 * BAR)
    assert listed(gaps) == [(0, 4000, 0, "not_listed")]
    assert gaps_of(candles, listed_from=APRIL + BAR)["kind"].tolist() == ["not_listed"]
    assert gaps_of(market(MARCH_BARS), listed_from=MARCH - BAR).empty


def test_only_the_window_counts():
    candles = market(MARCH_BARS, absent=[10, 500])
    inside = gaps_of(candles, start=MARCH + 100 * BAR, end=MARCH + 400 * BAR)
    assert inside.empty
    assert gaps_of(candles, start=MARCH, end=MARCH).empty


def test_a_gap_reaches_to_the_end_of_the_window():
    gaps = gaps_of(market(5000), end=MARCH + 5010 * BAR)
    assert listed(gaps) == [(5000, 10, 0, "outage")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 290), st.integers(1, 9), st.booleans()), max_size=12),
    st.lists(st.integers(0, 300), max_size=6),
    st.randoms(),
)
def test_every_absent_bar_is_in_exactly_one_gap_however_the_candles_were_fetched(runs, cuts, dice):
    idle = {bar: flat for begin, length, flat in runs for bar in range(begin, begin + length)}
    flat = [bar for bar, is_flat in idle.items() if is_flat]
    absent = [bar for bar, is_flat in idle.items() if not is_flat and bar < 300]
    candles = market(300, flat=flat, absent=absent)
    end = MARCH + 300 * BAR
    gaps = gaps_of(candles, end=end)

    assert gaps["absent_bars"].sum() == len(absent)
    covered = [
        bar
        for gap in gaps.itertuples()
        for bar in range((gap.start - MARCH) // BAR, (gap.end - MARCH) // BAR)
    ]
    assert len(covered) == len(set(covered)) == gaps[["absent_bars", "flat_bars"]].sum().sum()
    assert set(absent) <= set(covered) <= set(idle)

    edges = sorted({0, *cuts, len(candles)})
    pieces = [candles.iloc[a:b] for a, b in itertools.pairwise(edges)]
    dice.shuffle(pieces)
    merged = no_candles()
    for piece in pieces:
        merged = merge_candles(merged, piece).candles
    assert gaps_of(merged, end=end).equals(gaps)


REAL = os.environ.get("TRADERAI_TEST_CANDLES")


@pytest.mark.skipif(REAL is None, reason="TRADERAI_TEST_CANDLES names no folder of real candles")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("binance__BTC_USDT__5m", {"outage": (1, 16, 14)}),
        ("binance__ETH_USDT__5m", {"outage": (1, 16, 14)}),
        ("binance__SOL_USDT__5m", {"outage": (1, 16, 14)}),
        ("binance__XRP_USDT__5m", {"outage": (1, 16, 14)}),
        ("binance__DOGE_USDT__5m", {"outage": (1, 16, 14)}),
        ("binance__DOCK_USDT__5m", {"outage": (6, 16, 75)}),
        ("binance__CVC_USDT__5m", {"outage": (7, 44_412, 10)}),
        ("binance__BTC_USDT__1h", {"outage": (29, 128, 4)}),
        ("kraken__BTC_USDT__1m", {"no_trade": (1_367, 2_334, 0)}),
        ("kraken__BTC_USDT__5m", {"no_trade": (25, 25, 0)}),
        ("bittrex-era__UNITTEST_BTC__1m", {"no_trade": (538, 717, 0)}),
        ("ftx__BTC-PERP__1m", {}),
    ],
)
def test_real_markets_month_by_month(name, expected):
    candles = pd.read_parquet(Path(REAL) / f"{name}.parquet").rename(
        columns={"timestamp": "open_time"}
    )
    bar = pd.Timedelta({"1m": "1min", "5m": "5min", "1h": "1h"}[name.split("__")[-1]])
    first, last = candles["open_time"].iloc[0], candles["open_time"].iloc[-1] + bar
    edges = [first, *pd.date_range(first, last, freq="MS", normalize=True)[1:], last]
    edges = sorted({first, last, *(e for e in edges if first < e < last)})
    found = pd.concat(
        gaps_of(candles, start=a.to_pydatetime(), end=b.to_pydatetime(), bar=bar.to_pytimedelta())
        for a, b in itertools.pairwise(edges)
    )
    assert {
        kind: (len(of_kind), of_kind["absent_bars"].sum(), of_kind["flat_bars"].sum())
        for kind, of_kind in found.groupby("kind")
    } == expected


def test_times_that_are_no_number_become_no_time():
    assert time_column([0.0, np.nan]).isna().tolist() == [False, True]
