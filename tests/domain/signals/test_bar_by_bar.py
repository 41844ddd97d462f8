"""5,000 bars one at a time are what they are at once, to the bit, also across a kill."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from tests.domain.training.conftest import small_plan
from traderai_assets.domain.features.month import month_features, warm_up_start
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.markets import Market
from traderai_assets.domain.models.model import ServingModel, decode_model, encode_model
from traderai_assets.domain.months import Month
from traderai_assets.domain.signals.decisions import decide_bars
from traderai_assets.domain.signals.generation import signals_of
from traderai_assets.domain.signals.identity import with_identity
from traderai_assets.domain.training.engine import train_model

pytestmark = pytest.mark.slow

MARKET = Market("binance", "BTC/USDT", "1h")
BAR = MARKET.bar
START = pd.Timestamp("2025-01-01", tz="UTC")
TRAINED, BARS = 2_000, 5_030  # Some of which are absent
# What decisions look back on, beyond which a live run reads no candle
REACH = 400


class Said(NamedTuple):
    """What is stored of a stretch of bars."""

    features: pd.DataFrame
    predictions: pd.DataFrame
    signals: pd.DataFrame


@pytest.fixture(scope="module")
def candles():
    random = np.random.default_rng(3)
    spread = 0.004 * np.exp(np.cumsum(random.normal(0, 0.02, TRAINED + BARS)).clip(-1, 1))
    moves = random.normal(size=TRAINED + BARS) * spread
    for bar in range(1, len(moves)):  # What moved goes on moving: something to learn
        moves[bar] += 0.8 * moves[bar - 1]
    close = 100 * np.exp(np.cumsum(moves))
    opened = np.concatenate([[100.0], close[:-1]])
    wick = 1 + 0.001 * np.abs(random.normal(size=(2, TRAINED + BARS)))
    times = pd.date_range(START, periods=TRAINED + BARS, freq=BAR).as_unit("ms")
    frame = pd.DataFrame(
        {
            "open_time": times,
            "open": opened,
            "high": np.maximum(opened, close) * wick[0],
            "low": np.minimum(opened, close) / wick[1],
            "close": close,
            "volume": random.uniform(1, 2, TRAINED + BARS),
        }
    )
    # Absent bars, as venues have them
    return frame[random.random(len(frame)) > 0.002].reset_index(drop=True)


@pytest.fixture(scope="module")
def row(candles):
    """A model of the bars before, as it is stored."""
    known = candles[candles["open_time"] < START + TRAINED * BAR]
    features = batch_features(known)
    labels = label_bars(known, bar=BAR, horizon_bars=6, multiple=1.0).drop(columns="barrier")
    # With what it knows of later bars at the rate of other markets, more would be outliers
    plan = small_plan(outlier_rate=0.05, expire_days=200.0)
    trained = train_model(
        features[300:].reset_index(drop=True),
        labels,
        known,
        plan=plan,
        bar=BAR,
        report=lambda _: None,
        inputs={},
    )
    return encode_model(trained).iloc[0]


def opened(row) -> ServingModel:
    """Read the stored model; few rows prove too little, so it is told to count on its own."""
    read = decode_model(row)
    chosen = read.card["chosen"] | {"pricing": {"slope": 0.5, "lower": 0.3}}
    return ServingModel(read.model_id, read.card | {"chosen": chosen}, read._ensemble)


def batch_features(candles):
    months = sorted({Month.of(time) for time in candles["open_time"]})
    return pd.concat(
        [month_features(candles, month=one, bar=BAR) for one in months], ignore_index=True
    )


def at_once(model, candles):
    features = batch_features(candles)
    features = features[features["open_time"] >= START + TRAINED * BAR].reset_index(drop=True)
    decided = decide_bars(model, features, candles, bar=BAR)
    signals = signals_of(model, decided, candles, bar=BAR)
    return Said(features, decided, with_identity(signals, strategy="default", market=MARKET))


def one_at_a_time(row, candles, *, offset=0, killed_at=-1):
    """Each bar as it closes; after a kill the process knows what is stored, and no more."""
    model, told, owed = opened(row), Said([], [], []), None
    first = int(candles["open_time"].searchsorted(START + TRAINED * BAR))
    for last in range(first, len(candles) - offset):
        month = Month.of(candles["open_time"].iloc[last + offset])
        begin = candles["open_time"].searchsorted(pd.Timestamp(warm_up_start(month, BAR)))
        known = candles[min(begin, last - REACH) : last + 1]
        ahead = candles[min(begin, last - REACH) : last + 1 + offset]
        features = month_features(ahead, month=month, bar=BAR)[-1:]
        features = features.assign(open_time=known["open_time"].iloc[-1])
        decided = decide_bars(model, features, known, bar=BAR)
        told.features.append(features)
        told.predictions.append(decided)
        if last - first == killed_at:
            # Between the two tables: the next run says what was decided and not said
            model, owed = opened(row), decided
            continue
        due = decided if owed is None else pd.concat([owed, decided])
        made, owed = signals_of(model, due, known, bar=BAR), None
        told.signals.append(with_identity(made, strategy="default", market=MARKET))
    return Said(*(pd.concat(frames, ignore_index=True) for frames in told))


def until(said, end):
    return Said(*(part[part["open_time"] <= end] for part in said))


def differing(live, batch):
    """Names of what is not the same to the bit."""
    return [
        f"{name}.{column}"
        for name, one, other in zip(Said._fields, live, batch, strict=True)
        for column in other.columns
        if not (
            len(one) == len(other)
            and one[column].reset_index(drop=True).equals(other[column].reset_index(drop=True))
        )
    ]


@pytest.fixture(scope="module")
def batch(row, candles):
    return at_once(opened(row), candles)


@pytest.mark.parametrize("bars", [300, pytest.param(5_000, marks=pytest.mark.torture)])
def test_features_probabilities_and_signals_are_the_same_to_the_bit_across_a_kill(
    row, candles, batch, bars
):
    end = batch.features["open_time"].iloc[bars - 1]
    live = one_at_a_time(row, candles[candles["open_time"] <= end], killed_at=bars // 2)
    words = live.predictions["word"].value_counts().to_dict()
    print(len(live.features), "bars one at a time:", words)  # noqa: T201
    assert differing(live, until(batch, end)) == []
    assert len(live.features) == bars
    assert words["signal"] == len(live.signals) > bars // 2
    assert min(words["outlier"], words["below_threshold"]) >= bars // 100
    # The signal that the kill kept back is said by the next bar's run, once
    assert live.signals["signal_id"].is_unique


def test_an_offset_of_one_bar_is_caught(row, candles, batch):
    """Each bar is given what is known one bar later."""
    few = candles[: TRAINED + 60]
    same = until(batch, few["open_time"].iloc[-2])
    shifted = one_at_a_time(row, few, offset=1)
    assert shifted.features["open_time"].tolist() == same.features["open_time"].tolist()
    assert {"features.coarse_return_12", "predictions.probability"} <= set(differing(shifted, same))
    assert differing(one_at_a_time(row, few[:-1]), same) == []
