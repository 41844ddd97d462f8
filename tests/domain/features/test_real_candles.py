"""Features and labels of real candles; needs a folder of them, named by TRADERAI_TEST_CANDLES."""

import os
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.features.month import month_features
from traderai_assets.domain.labels.month import month_labels
from traderai_assets.domain.months import Month

BAR = timedelta(minutes=5)
FOLDER = os.environ.get("TRADERAI_TEST_CANDLES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="TRADERAI_TEST_CANDLES names no folder")


def real_candles(name):
    candles = pd.read_parquet(Path(str(FOLDER)) / f"{name}.parquet")
    return candles.rename(columns={"timestamp": "open_time"})


def test_the_outage_of_march_2023_is_seen_and_nobody_enters_it():
    candles = real_candles("binance__BTC_USDT__5m")
    march = Month(2023, 3)
    features = month_features(candles, month=march, bar=BAR)
    gaps = features[features["gap_bars"] > 0]
    assert gaps["gap_bars"].tolist() == [16.0]
    resumed = gaps["open_time"].iloc[0]
    labels = month_labels(candles, month=march, bar=BAR, horizon_bars=24, multiple=1.0)
    labelled = set(labels["open_time"])
    before = resumed - 17 * BAR
    assert before not in labelled
    assert {before - BAR, resumed} <= labelled


def test_an_illiquid_market_has_features_without_infinities_and_labels_on_both_sides():
    candles = real_candles("binance__DOCK_USDT__5m")
    month = Month(2023, 2)
    features = month_features(candles, month=month, bar=BAR).drop(columns="open_time")
    assert not np.isinf(features.to_numpy()).any()
    assert features.isna().mean().max() < 0.5
    labels = month_labels(candles, month=month, bar=BAR, horizon_bars=24, multiple=1.0)
    assert set(labels["barrier"]) >= {"upper", "lower", "time"}


def test_after_five_months_of_suspension_the_market_is_warmed_up_anew():
    candles = real_candles("binance__CVC_USDT__5m")
    at = candles["open_time"].diff().idxmax()
    month = Month.of(candles["open_time"].iloc[at].to_pydatetime())
    features = month_features(candles, month=month, bar=BAR)
    resumed = features["open_time"] >= candles["open_time"].iloc[at]
    assert features.loc[resumed, "log_return_288"].iloc[:288].isna().all()
    labels = month_labels(candles, month=month, bar=BAR, horizon_bars=24, multiple=1.0)
    assert (labels["label_end"] - labels["open_time"]).max() <= 49 * BAR
