"""Signals as they are said, with prices worked by hand."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.signals.generation import generate_signals

BAR = timedelta(minutes=5)
START = pd.Timestamp("2026-03-01", tz="UTC")
CLOSES = pd.DataFrame(
    {
        "open_time": pd.date_range(START, periods=4, freq=BAR).as_unit("ms"),
        "close": [100.0, 200.0, 300.0, 400.0],
    }
)


def signals(sides, *, closes=CLOSES, **columns):
    said = {
        "probability": [0.7, 0.5, 0.2, np.nan],
        "width": [0.01, np.nan, 0.02, np.nan],
        "target": [0.01, np.nan, 0.04, np.nan],
        "stop": [0.02, np.nan, 0.02, np.nan],
        "size": [1.0, 1.0, 0.5, 1.0],
        "horizon_bars": [2, 2, 3, 2],
    } | columns
    return generate_signals(closes.assign(side=sides, **said), bar=BAR, model_id="m1")


def test_a_signal_names_its_distances_its_indicative_prices_its_size_and_its_validity():
    long, short = signals([1, 0, -1, 0]).to_dict("records")
    assert long["open_time"] == START
    assert long["decided_at"] == START + BAR
    assert long["valid_until"] == START + 3 * BAR
    assert long["model_id"] == "m1"
    assert (long["probability"], long["width"], long["size"]) == (0.7, 0.01, 1)
    assert (long["reference_price"], long["target_price"], long["stop_price"]) == (100, 101, 98)
    assert (long["target"], long["stop"]) == (0.01, 0.02)
    assert (short["target"], short["stop"]) == (0.04, 0.02)
    assert short["open_time"] == START + 2 * BAR
    assert short["valid_until"] == START + 6 * BAR
    assert short["size"] == 0.5
    assert (short["target_price"], short["stop_price"]) == (288, 306)


def test_neutral_bars_give_no_row_whatever_their_probability():
    assert signals([0, 0, 0, 0]).empty
    assert signals([0, 0, -1, 0])["open_time"].tolist() == [START + 2 * BAR]


def test_the_frame_has_the_same_types_with_and_without_rows():
    pd.testing.assert_series_equal(signals([1, 0, -1, 0]).dtypes, signals([0, 0, 0, 0]).dtypes)
    assert str(signals([0, 0, 0, 0])["valid_until"].dtype) == "datetime64[ms, UTC]"


def test_the_signals_of_a_stretch_are_those_of_its_parts():
    same = {"probability": 0.5, "width": 0.01, "target": 0.01, "stop": 0.01}
    sides = np.array([1, 0, -1, 1])
    parts = [
        signals(sides[part], closes=CLOSES[part], size=1.0, horizon_bars=2, **same)
        for part in (slice(0, 2), slice(2, 4))
    ]
    whole = signals(sides, size=1.0, horizon_bars=2, **same)
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


@pytest.mark.parametrize(
    ("sides", "columns", "named"),
    [
        (
            [0, 0, 0, 1],
            {"target": 0.01, "stop": 0.01, "width": 0.01},
            "probability nan at row 3",
        ),
        ([1, 0, 0, 0], {"probability": 1.2}, "probability 1.2 at row 0"),
        ([0, 1, 0, 0], {}, "target nan at row 1"),
        ([0, 0, 1, 0], {"size": 1.5}, "size 1.5 at row 2"),
    ],
)
def test_a_side_that_cannot_be_traded_is_refused(sides, columns, named):
    with pytest.raises(InvalidInput, match=named):
        signals(sides, **columns)
