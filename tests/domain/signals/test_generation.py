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


def signals(sides, *, probabilities=(0.7, 0.5, 0.2, np.nan), widths=(0.01, np.nan, 0.02, np.nan)):
    return generate_signals(
        CLOSES, probabilities, sides, widths, bar=BAR, valid_bars=2, model_id="m1"
    )


def test_a_signal_names_its_prices_and_its_validity():
    long, short = signals([1, 0, -1, 0]).to_dict("records")
    assert long["open_time"] == START
    assert long["decided_at"] == START + BAR
    assert long["valid_until"] == START + 3 * BAR
    assert long["model_id"] == "m1"
    assert (long["probability"], long["width"]) == (0.7, 0.01)
    assert (long["reference_price"], long["target_price"], long["stop_price"]) == (100, 101, 99)
    assert short["open_time"] == START + 2 * BAR
    assert (short["target_price"], short["stop_price"]) == (294, 306)


def test_neutral_bars_give_no_row_whatever_their_probability():
    assert signals([0, 0, 0, 0]).empty
    assert signals([0, 0, 1, 0])["open_time"].tolist() == [START + 2 * BAR]


def test_the_frame_has_the_same_types_with_and_without_rows():
    pd.testing.assert_series_equal(signals([1, 0, -1, 0]).dtypes, signals([0, 0, 0, 0]).dtypes)
    assert str(signals([0, 0, 0, 0])["valid_until"].dtype) == "datetime64[ms, UTC]"


def test_the_signals_of_a_stretch_are_those_of_its_parts():
    sides, widths = np.array([1, 0, -1, 1]), np.full(4, 0.01)
    parts = [
        generate_signals(
            CLOSES[part], np.full(2, 0.5), sides[part], widths[part], bar=BAR, valid_bars=2,
            model_id="m1",
        )
        for part in (slice(0, 2), slice(2, 4))
    ]  # fmt: skip
    whole = signals(sides, probabilities=np.full(4, 0.5), widths=widths)
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"sides": [0, 0, 0, 1], "widths": [0.01] * 4}, "probability nan at row 3"),
        ({"sides": [1, 0, 0, 0], "probabilities": [1.2, 0, 0, 0]}, "probability 1.2 at row 0"),
        ({"sides": [0, 1, 0, 0]}, "width nan at row 1"),
        ({"sides": [1, 0, 0, 0], "probabilities": [0.5]}, "one per bar"),
    ],
)
def test_a_side_without_a_probability_or_a_width_is_refused(arguments, named):
    with pytest.raises(InvalidInput, match=named):
        signals(**arguments)
