"""No feature knows what comes after it; each that does is found, whatever else is at hand."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.domain.features.planted import LEAKS
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.lookahead import find_leaks, leaking_features
from traderai_assets.domain.features.proof import month_cuts, prove_month, prove_stretch
from traderai_assets.domain.features.spec import FeatureSpec
from traderai_assets.domain.months import Month
from traderai_assets.sandbox.simulation import SimulatedFeed

BAR = timedelta(minutes=5)
MARCH, APRIL = Month(2024, 3), Month(2024, 4)
NOON = datetime(2024, 3, 12, 12, tzinfo=UTC)
FOLDER = os.environ.get("TRADERAI_TEST_CANDLES")


def simulated(timeframe, start, end, market="BTCUSDT"):
    first, last = int(start.timestamp() * 1000), int(end.timestamp() * 1000) - 1
    bars = SimulatedFeed(seed=7).bars(market, timeframe, first, last)
    return pd.DataFrame(
        {"open_time": pd.to_datetime(bars.open_time, unit="ms", utc=True).as_unit("ms")}
        | {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    )


@pytest.fixture(scope="module")
def candles():
    """Three weeks of March, in five minutes; the exchange halts in the last week."""
    return simulated("5m", datetime(2024, 2, 27, tzinfo=UTC), datetime(2024, 3, 20, tzinfo=UTC))


def around(candles, cut, before=500, after=200):
    at = int(candles["open_time"].searchsorted(pd.Timestamp(cut)))
    return candles.iloc[at - before : at + after].reset_index(drop=True)


@pytest.mark.parametrize("leak", LEAKS, ids=lambda spec: spec.name)
def test_a_planted_leak_is_found_among_the_features_that_are_sound(candles, leak):
    catalogue = (*CATALOGUE, leak)
    cuts = [NOON + k * BAR for k in range(4)]
    leaks = find_leaks(
        around(candles, NOON), month=MARCH, bar=BAR, cuts=cuts, seed=1, catalogue=catalogue
    )
    assert list(leaking_features(leaks)) == [leak.name]
    assert all(one.row <= one.cut for one in leaks)


@pytest.mark.parametrize("seed", range(5))
def test_the_short_proof_of_a_live_run_finds_all_twelve_whatever_it_draws(candles, seed):
    leaks = prove_stretch(candles, month=MARCH, bar=BAR, seed=seed, catalogue=(*CATALOGUE, *LEAKS))
    assert set(leaking_features(leaks)) == {leak.name for leak in LEAKS}


def test_what_looks_further_ahead_than_a_stretch_is_found_in_a_whole_month(candles):
    def far(bars):
        return pd.Series(bars.close).shift(-1000).to_numpy()

    catalogue = (*CATALOGUE, FeatureSpec("far", "planted", 0, far, "Looks far ahead."))
    leaks = prove_month(candles, month=MARCH, bar=BAR, seed=3, catalogue=catalogue)
    assert list(leaking_features(leaks)) == ["far"]


def test_a_leak_is_told_with_its_kind_its_cut_and_the_first_bar_that_changed(candles):
    [shifted] = [leak for leak in LEAKS if leak.name == "shifted"]
    leaks = find_leaks(
        around(candles, NOON), month=MARCH, bar=BAR, cuts=[NOON], seed=1, catalogue=(shifted,)
    )
    assert {leak.kind for leak in leaks} >= {"truncated", "perturbed", "poisoned with NaN"}
    assert {(leak.feature, leak.cut, leak.row) for leak in leaks} == {("shifted", NOON, NOON)}


def test_a_rule_that_fails_on_a_poisoned_future_has_looked_at_it(candles):
    def brittle(bars):
        if not np.isfinite(bars.close).all():
            raise ValueError("close is not finite")
        return bars.close

    catalogue = (FeatureSpec("brittle", "planted", 0, brittle, "Fails on NaN."),)
    leaks = find_leaks(
        around(candles, NOON), month=MARCH, bar=BAR, cuts=[NOON], seed=1, catalogue=catalogue
    )
    assert {leak.kind for leak in leaks} == {"poisoned with NaN", "poisoned with infinity"}
    assert {leak.error for leak in leaks} == {"ValueError: close is not finite"}


def test_a_bar_that_ends_late_changes_nothing_that_was_known(candles):
    """The hour's last bars are delayed: no coarse feature may have read it before."""
    at_half_past = NOON + timedelta(minutes=25)
    catalogue = tuple(spec for spec in CATALOGUE if spec.group == "coarse")
    leaks = find_leaks(
        around(candles, NOON),
        month=MARCH,
        bar=BAR,
        cuts=[at_half_past],
        seed=1,
        catalogue=catalogue,
    )
    assert len(catalogue) == 8
    assert leaks == []


def test_cuts_hold_both_sides_of_a_midnight_and_never_the_last_candle(candles):
    for seed in range(20):
        cuts = month_cuts(candles, month=MARCH, seed=seed, count=3)
        assert 3 <= len(cuts) <= 5
        assert any(cut.hour == cut.minute == 0 for cut in cuts)
        assert all(MARCH.start <= cut < candles["open_time"].iloc[-1] for cut in cuts)


def test_a_month_without_candles_or_with_one_has_nothing_to_prove(candles):
    assert month_cuts(candles.iloc[:0], month=MARCH, seed=0, count=3) == ()
    single = candles[candles["open_time"] == NOON].reset_index(drop=True)
    assert prove_stretch(single, month=MARCH, bar=BAR, seed=0) == []
    assert prove_month(single, month=MARCH, bar=BAR, seed=0) == []


@pytest.mark.slow
def test_no_false_alarm_at_fifty_random_bars_and_every_day_and_month_boundary():
    """In hours, so that a month is small; `make torture` does it in five minutes."""
    candles = simulated("1h", datetime(2024, 2, 5, tzinfo=UTC), datetime(2024, 4, 10, tzinfo=UTC))
    assert_sound(candles, (MARCH,), timedelta(hours=1))


@pytest.mark.torture
@pytest.mark.parametrize("market", ["BTCUSDT", "THINUSDT"])
def test_no_false_alarm_in_two_months_of_five_minutes(market):
    candles = simulated("5m", datetime(2024, 2, 27, tzinfo=UTC), APRIL.end, market)
    assert_sound(candles, (MARCH, APRIL), BAR)


@pytest.mark.skipif(not FOLDER, reason="TRADERAI_TEST_CANDLES names no folder")
@pytest.mark.torture
@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("binance__BTC_USDT__5m", Month(2023, 3)),
        ("binance__DOCK_USDT__5m", Month(2023, 2)),
        ("okx__BTC_USDT_USDT__5m", Month(2022, 12)),
        ("kraken__BTC_USDT__5m", Month(2023, 11)),
    ],
)
def test_no_false_alarm_on_real_candles(name, month):
    candles = pd.read_parquet(Path(str(FOLDER)) / f"{name}.parquet")
    assert_sound(candles.rename(columns={"timestamp": "open_time"}), (month,), BAR)


def assert_sound(candles, months, bar):
    """Fifty random bars, both sides of every midnight, both ends of every month."""
    opened = candles["open_time"]
    random = np.random.default_rng(11)
    for month in months:
        inside = opened[(opened >= month.start) & (opened < month.end)]
        edges = np.flatnonzero(inside.dt.day.diff().to_numpy() != 0)
        rows = {*edges, *(edges[1:] - 1), len(inside) - 1}
        rows |= {*random.choice(len(inside), -(-50 // len(months)), replace=False)}
        cuts = [inside.iloc[int(row)].to_pydatetime() for row in sorted(rows)]
        near = candles[opened < month.end + 24 * bar].reset_index(drop=True)
        assert find_leaks(near, month=month, bar=bar, cuts=cuts, seed=11) == []
