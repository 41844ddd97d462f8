"""The features of a month: pure, warm, and blind to what comes after."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.month import month_features, warm_up_bars
from traderai_assets.domain.months import Month

BAR = timedelta(hours=1)
FEBRUARY, MARCH = Month(2026, 2), Month(2026, 3)
VALUES = ["open", "high", "low", "close", "volume"]
NAMES = [spec.name for spec in CATALOGUE]
# Rows of March: its first, around midnights, around the close of a coarse bar, deep inside
CUTS = (0, 1, 10, 11, 12, 22, 23, 24, 47, 48, 167, 400)


@pytest.fixture(scope="module")
def candles(wander):
    return wander("2026-02-01", (28 + 31) * 24, bar=BAR, absent_share=0.03)


@pytest.fixture(scope="module")
def march(candles):
    return month_features(candles, month=MARCH, bar=BAR)


def differing(left, right, rows):
    """Names of the features whose bits differ in the first `rows` rows."""
    pairs = ((left[name].iloc[:rows], right[name].iloc[:rows]) for name in NAMES)
    same = [a.to_numpy().tobytes() == b.to_numpy().tobytes() for a, b in pairs]
    return [name for name, equal in zip(NAMES, same, strict=True) if not equal]


def known_rows(candles, cut):
    """How many candles had closed when row `cut` of March had."""
    return int((candles["open_time"] < MARCH.start).sum()) + cut + 1


@pytest.mark.parametrize("cut", CUTS)
def test_no_feature_changes_when_later_candles_are_cut_off(candles, march, cut):
    seen = month_features(candles.iloc[: known_rows(candles, cut)], month=MARCH, bar=BAR)
    assert len(seen) == cut + 1
    assert differing(seen, march, cut + 1) == []


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("poison", [np.nan, np.inf, -1.0, 0.0, 1e300])
def test_no_feature_changes_when_later_candles_are_poisoned(candles, march, cut, poison):
    poisoned = candles.copy()
    poisoned.loc[known_rows(candles, cut) :, VALUES] = poison
    seen = month_features(poisoned, month=MARCH, bar=BAR)
    assert differing(seen, march, cut + 1) == []


@pytest.mark.parametrize("cut", CUTS)
def test_no_feature_changes_when_later_candles_are_other_ones(candles, march, cut):
    other = candles.copy()
    later = slice(known_rows(candles, cut), None)
    noise = np.exp(np.random.default_rng(cut).normal(0, 0.05, (len(candles), 1)))
    other.loc[later, VALUES] = (candles[VALUES] * noise).loc[later]
    seen = month_features(other, month=MARCH, bar=BAR)
    assert differing(seen, march, cut + 1) == []
    # The test can fail: the row after the cut does look at its own candle
    assert set(differing(seen, march, cut + 2)) > {"log_return_1", "volume_score_48"}


@pytest.mark.torture
def test_no_feature_changes_at_any_cut_of_a_week(candles, march):
    for cut in range(7 * 24):
        seen = month_features(candles.iloc[: known_rows(candles, cut)], month=MARCH, bar=BAR)
        assert differing(seen, march, cut + 1) == []


def test_older_history_than_the_warm_up_changes_nothing(candles, march):
    first = MARCH.start - warm_up_bars() * BAR
    least = candles[candles["open_time"] >= first]
    assert len(least) < (candles["open_time"] < MARCH.end).sum()
    again = month_features(least.reset_index(drop=True), month=MARCH, bar=BAR)
    pd.testing.assert_frame_equal(again, march, check_exact=True)


def test_the_first_candle_of_the_warm_up_is_looked_at(candles):
    """Else the window could be shorter than it says."""
    first = MARCH.start - warm_up_bars() * BAR
    shorter = candles[candles["open_time"] > first].reset_index(drop=True)
    longer = candles[candles["open_time"] >= first].reset_index(drop=True)
    assert len(longer) == len(shorter) + 1
    with_it, without = (month_features(c, month=MARCH, bar=BAR) for c in (longer, shorter))
    assert differing(with_it, without, 1) != []


def test_a_month_after_a_full_month_is_defined_from_its_first_bar(march):
    # A flat bar or a coarse bar without a candle may leave one undefined; here there is none
    assert march[NAMES].iloc[0].notna().all()


def test_a_market_that_begins_in_the_month_is_warmed_up_bar_by_bar(candles):
    features = month_features(candles, month=FEBRUARY, bar=BAR)
    for spec in CATALOGUE:
        assert features[spec.name].iloc[: spec.warm_up_bars].isna().all()
    assert features["log_return_3"].first_valid_index() == 3
    assert features["rsi_24"].first_valid_index() == 288


def test_each_bar_of_the_month_has_a_row_and_no_other(candles, march):
    opened = candles["open_time"]
    inside = opened[(opened >= MARCH.start) & (opened < MARCH.end)]
    assert march["open_time"].tolist() == inside.tolist()
    assert march["open_time"].dtype == "datetime64[ms, UTC]"
    assert {str(dtype) for dtype in march[NAMES].dtypes} == {"float64"}


def test_a_month_without_candles_has_no_row_but_all_columns(candles):
    empty = month_features(candles, month=Month(2027, 1), bar=BAR)
    assert list(empty.columns) == ["open_time", *NAMES]
    assert len(empty) == 0
    assert empty["open_time"].dtype == "datetime64[ms, UTC]"


def test_no_feature_is_infinite_even_where_nothing_trades(candles):
    dead = candles.copy()
    dead.loc[700:1000, ["open", "high", "low", "close"]] = dead["close"].iloc[699]
    dead.loc[700:1000, "volume"] = 0.0
    features = month_features(dead, month=MARCH, bar=BAR)
    assert not np.isinf(features[NAMES].to_numpy()).any()
    assert features["volume_ratio_12_48"].isna().any()


def test_behind_a_cut_inside_the_month_features_are_those_of_candles_that_begin_there(candles):
    begins = known_rows(candles, 299)
    cut = candles.assign(segment=(np.arange(len(candles)) >= begins).astype(np.int64))
    both, alone = (
        month_features(frame, month=MARCH, bar=BAR) for frame in (cut, candles.iloc[begins:])
    )
    uncut = month_features(candles, month=MARCH, bar=BAR)
    assert differing(both, uncut, 300) == []
    warm = max(spec.warm_up_bars for spec in CATALOGUE)
    assert both[NAMES].iloc[300 : 300 + warm].isna().all(axis=None)
    after = both.iloc[300 + warm :].reset_index(drop=True)
    assert differing(after, alone.iloc[warm:].reset_index(drop=True), len(after)) == []
    assert after[NAMES].notna().all(axis=1).any()
