"""Two models are compared on the bars that both forecast unseen, and on no others."""

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.selection.paired_models import LEAST_BARS, paired_log_loss


def said(probability, first=0, bars=400):
    opened = pd.date_range("2026-03-01", periods=first + bars, freq="h", tz="UTC")[first:]
    label = np.where(np.arange(first, first + bars) % 2, 1, -1).astype(np.int8)
    return pd.DataFrame({"open_time": opened, "probability": probability, "label": label})


def test_who_is_right_three_times_in_four_beats_a_coin_by_what_the_logarithm_says():
    right = said(np.where(np.arange(400) % 2, 0.75, 0.25))
    found = paired_log_loss(right, said(0.5), horizon_bars=3)
    assert found.bars == 400
    assert found.mean == pytest.approx(np.log(0.5) - np.log(0.75))
    assert found.upper < 0


def test_only_bars_that_both_forecast_are_compared():
    assert paired_log_loss(said(0.5), said(0.5, first=300), horizon_bars=3).bars == 100


def test_too_few_bars_say_nothing():
    found = paired_log_loss(said(0.5, bars=LEAST_BARS - 1), said(0.4), horizon_bars=3)
    assert (found.bars, found.mean) == (LEAST_BARS - 1, None)
