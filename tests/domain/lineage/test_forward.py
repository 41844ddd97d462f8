"""One candle is changed, everything is made again: what changed is what lineage named."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.features.month import month_features
from traderai_assets.domain.labels.month import month_labels
from traderai_assets.domain.lineage.forward import (
    Range,
    feature_ranges,
    is_learned,
    label_ranges,
)
from traderai_assets.domain.lineage.narrowing import labels_that_read, outcomes_that_read
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack

BAR = timedelta(hours=1)
HORIZON = 6
MONTHS = [Month(2024, 2), Month(2024, 3), Month(2024, 4)]


def candles(gap: slice | None = None) -> pd.DataFrame:
    draw = np.random.default_rng(11)
    opened = pd.date_range(MONTHS[0].start, MONTHS[-1].end, freq=BAR, inclusive="left")
    close = 100 * np.exp(np.cumsum(draw.normal(0, 0.004, len(opened))))
    before = np.concatenate([[100.0], close[:-1]])
    reach = 1 + np.abs(draw.normal(0, 0.002, (2, len(opened))))
    frame = pd.DataFrame(
        {
            "open_time": opened.as_unit("ms"),
            "open": before,
            "high": np.maximum(before, close) * reach[0],
            "low": np.minimum(before, close) / reach[1],
            "close": close,
            "volume": draw.uniform(1, 9, len(opened)),
        }
    )
    return frame if gap is None else frame.drop(frame.index[gap]).reset_index(drop=True)


def changed_at(frame: pd.DataFrame, opened: datetime) -> pd.DataFrame:
    """The same candles, one of them corrupted."""
    other = frame.copy()
    row = other.index[other["open_time"] == opened]
    other.loc[row, ["high", "close"]] *= 1.05
    other.loc[row, "high"] = other.loc[row, ["open", "high", "close"]].max(axis=1)
    other.loc[row, "volume"] *= 3
    return other


def labels_of(frame: pd.DataFrame, month: Month) -> pd.DataFrame:
    return month_labels(frame, month=month, bar=BAR, horizon_bars=HORIZON, multiple=1.0)


def rows_that_changed(one: pd.DataFrame, other: pd.DataFrame) -> set[pd.Timestamp]:
    joined = one.merge(other, on="open_time", how="outer", suffixes=("", "_after"), indicator=True)
    differs = joined["_merge"] != "both"
    for name in one.columns.drop("open_time"):
        before, after = joined[name], joined[f"{name}_after"]
        differs |= (before != after) & ~(before.isna() & after.isna())
    return set(joined.loc[differs, "open_time"])


def named_in(ranges: list[Range], month: Month) -> tuple[datetime, datetime] | None:
    found = [(one.first, one.until) for one in ranges if one.month == month]
    return (min(first for first, _ in found), max(until for _, until in found)) if found else None


MOMENTS = [
    datetime(2024, 3, 1, tzinfo=UTC),
    datetime(2024, 3, 7, 13, tzinfo=UTC),
    datetime(2024, 3, 14, 5, tzinfo=UTC),
    datetime(2024, 3, 31, 23, tzinfo=UTC),
]


@pytest.mark.parametrize("opened", MOMENTS)
@pytest.mark.parametrize("gap", [None, slice(1010, 1025)])
def test_no_row_of_features_or_labels_changes_that_is_not_named(opened, gap):
    before = candles(gap)
    after = changed_at(before, opened)
    for month in MONTHS:
        for made, ranges in (
            (lambda of, m=month: month_features(of, month=m, bar=BAR), feature_ranges(opened, BAR)),
            (lambda of, m=month: labels_of(of, m), label_ranges(opened, BAR, HORIZON)),
        ):
            changed = rows_that_changed(made(before), made(after))
            named = named_in(ranges, month)
            if named is None:
                assert changed == set()
            else:
                assert all(named[0] <= one < named[1] for one in changed)


@pytest.mark.parametrize("opened", MOMENTS)
def test_features_change_from_the_candles_own_bar_on_without_a_hole(opened):
    before = candles()
    month = Month.of(opened)
    made = [
        month_features(one, month=month, bar=BAR) for one in (before, changed_at(before, opened))
    ]
    changed = sorted(rows_that_changed(*made))
    assert changed[0] == opened
    # Averages without an end: all rows to the end of the month hold it, by however little
    rows = int((made[0]["open_time"] >= opened).sum())
    assert len(changed) <= rows
    hours = pd.date_range(changed[0], periods=min(rows, 100), freq=BAR)
    assert set(hours) <= set(changed)


@pytest.mark.parametrize("opened", MOMENTS)
@pytest.mark.parametrize("gap", [None, slice(1010, 1025)])
def test_labels_that_change_are_among_those_whose_walk_or_width_reads_the_candle(opened, gap):
    before = candles(gap)
    after = changed_at(before, opened)
    for month in MONTHS:
        labels = labels_of(before, month)
        changed = rows_that_changed(labels, labels_of(after, month))
        read = set(labels.loc[labels_that_read(labels, opened, BAR), "open_time"])
        stored = set(labels["open_time"])
        # A row that had no outcome in this month may get one: its own bar's is named by the range
        assert changed & stored <= read


def test_every_label_whose_width_holds_the_candle_changes_and_none_behind_its_window():
    opened = MOMENTS[1]
    before = candles()
    month = Month.of(opened)
    labels = labels_of(before, month)
    changed = rows_that_changed(labels, labels_of(changed_at(before, opened), month))
    # 288 bars of volatility: the return into the bar leaves with bar 288, the one out of it later
    inside = {opened + n * BAR for n in range(1, 288)}
    assert inside & set(labels["open_time"]) <= changed
    assert max(changed) <= opened + 288 * BAR


def test_a_walk_that_ended_before_the_candle_did_not_read_it():
    at = [datetime(2024, 3, 1, hour, tzinfo=UTC) for hour in (0, 1, 2, 3)]
    labels = pd.DataFrame(
        {
            "open_time": pd.to_datetime(at, utc=True),
            # Known at 03:00, at 04:00, at 06:00, and one whose own bar it is
            "label_end": pd.to_datetime([at[3], at[3] + BAR, at[3] + 3 * BAR, at[3] + 4 * BAR]),
        }
    )
    assert labels_that_read(labels, at[3], BAR).tolist() == [False, True, True, True]


def test_an_outcome_that_ended_before_the_candle_did_not_read_it():
    at = [datetime(2024, 3, 1, hour, tzinfo=UTC) for hour in (0, 1, 2, 4)]
    outcomes = pd.DataFrame(
        {
            "open_time": pd.to_datetime(at, utc=True),
            "ended_at": pd.to_datetime([at[2] + BAR, at[3], None, None], utc=True),
        }
    )
    read = outcomes_that_read(outcomes, at[2] + BAR)
    assert read.tolist() == [False, True, True, False]


def test_a_model_has_learned_from_the_warm_up_of_its_look_back_and_from_nothing_after_it():
    window = LookBack(datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC))
    # The features of March read back to the start of their warm-up in February
    assert is_learned(datetime(2024, 2, 28, tzinfo=UTC), [window], BAR, 0)
    assert is_learned(datetime(2024, 3, 31, 23, tzinfo=UTC), [window], BAR, 0)
    assert not is_learned(datetime(2024, 4, 1, tzinfo=UTC), [window], BAR, 0)
    assert not is_learned(datetime(2024, 1, 31, 23, tzinfo=UTC), [window], BAR, 0)
