"""Decisions of a model at bars: what its card chose, and the same again from what was stored."""

from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.labels.barriers import barrier_width
from traderai_assets.domain.models.novelty import Novelty
from traderai_assets.domain.signals.decisions import decide_as, decide_bars
from traderai_assets.domain.signals.generation import generate_signals, signals_of

BAR = timedelta(minutes=5)
START = pd.Timestamp("2026-03-01", tz="UTC")
CHOSEN = {
    "horizon_bars": 6,
    "multiple": 1.5,
    "minimum_width": 0.001,
    "round_trip_cost": 0.0002,
    "pricing": {"slope": 2.0, "lower": 1.0},
    "policy": {"margin": 0.5, "target": 2.0, "stop": 1.0, "full_size_edge": 0.8},
    "parameters": {},
}


def model():
    """A model that gives back its one feature."""
    return SimpleNamespace(
        card={"chosen": CHOSEN},
        features=("said",),
        model_id="m1",
        predict=lambda features: features["said"].to_numpy(),
    )


@pytest.fixture(scope="module")
def candles():
    rng = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.003, 900)))
    opens = np.concatenate([[100.0], close[:-1]])
    return pd.DataFrame(
        {
            "open_time": pd.date_range(START, periods=900, freq=BAR).as_unit("ms"),
            "open": opens,
            "high": np.maximum(opens, close) * 1.001,
            "low": np.minimum(opens, close) * 0.999,
            "close": close,
            "volume": 1.0,
        }
    )


@pytest.fixture(scope="module")
def features(candles):
    said = np.resize([0.9, 0.5, 0.3], len(candles))
    return candles[["open_time"]].assign(said=said)[600:].reset_index(drop=True)


def test_the_card_says_how_wide_how_far_and_how_much(candles, features):
    decided = decide_bars(model(), features, candles, bar=BAR)
    width = barrier_width(candles, bar=BAR, horizon_bars=6, multiple=1.5, minimum_width=0.001)
    assert decided["open_time"].tolist() == features["open_time"].tolist()
    assert decided["width"].tolist() == list(width[600:])
    assert decided["probability"].tolist() == features["said"].tolist()
    assert decided["side"].tolist() == [1, 0, -1] * 100
    assert decided["target"].tolist() == (2 * decided["width"]).tolist()
    assert decided["stop"].tolist() == decided["width"].tolist()
    assert decided["size"][:3].tolist() == pytest.approx([1, 1, 0.5])
    assert set(decided["horizon_bars"]) == {6}


def test_what_was_predicted_and_stored_is_decided_the_same_again(candles, features):
    decided = decide_bars(model(), features, candles, bar=BAR)
    stored = decided[["open_time", "probability", "width", "side"]]
    again = decide_as(model(), stored)
    pd.testing.assert_frame_equal(again, decided[list(again.columns)])
    pd.testing.assert_frame_equal(
        signals_of(model(), stored[100:], candles, bar=BAR),
        generate_signals(decided[100:], bar=BAR, model_id="m1"),
    )


def test_later_candles_change_no_decision(candles, features):
    whole = decide_bars(model(), features, candles, bar=BAR)
    cut = decide_bars(model(), features[:100], candles[:700], bar=BAR)
    pd.testing.assert_frame_equal(cut, whole[:100])


def test_without_features_nothing_is_decided(candles, features):
    decided = decide_bars(model(), features[:0], candles, bar=BAR)
    assert decided.empty
    assert generate_signals(decided, bar=BAR, model_id="m1").empty


def test_of_bars_of_which_nothing_is_known_nothing_is_said(candles, features):
    """As behind a cut; a booster is not even asked where that is all of them."""
    unknown = features.assign(said=features["said"].where(features.index >= 100))
    spoken = decide_bars(model(), unknown, candles, bar=BAR)
    assert spoken["open_time"].tolist() == features["open_time"][100:].tolist()
    mute = model()
    mute.predict = None
    silent = decide_bars(mute, features.assign(said=np.nan), candles, bar=BAR)
    assert silent.empty
    assert list(silent.columns) == list(spoken.columns)


def test_a_card_that_says_nothing_of_prices_takes_no_side(candles, features):
    """A model of before: what its barriers would give was never what trades returned."""
    old = model()
    old.card = {"chosen": {name: said for name, said in CHOSEN.items() if name != "pricing"}}
    decided = decide_bars(old, features, candles, bar=BAR)
    assert len(decided) == len(features)
    assert not decided["side"].any()


def test_of_each_bar_it_says_a_signal_or_the_one_reason_for_none(candles, features):
    decided = decide_bars(model(), features, candles, bar=BAR)
    assert decided["word"].tolist() == ["signal", "below_threshold", "signal"] * 100
    # Without candles before them the volatility of the first bars is not known
    cold = decide_bars(model(), features, candles[600:], bar=BAR)
    assert cold["word"][0] == "width_unknown"
    assert ((cold["word"] == "signal") == (cold["side"] != 0)).all()
    assert cold["word"].iloc[-1] == "signal"


def test_of_a_bar_unlike_all_that_was_learned_it_says_nothing(candles, features):
    usual = np.random.default_rng(0).choice([0.9, 0.5, 0.3], (500, 1))
    strict = model()
    strict.card = strict.card | {"novelty": Novelty.of_rows(usual, rate=0.01, seed=7).to_json()}
    strange = features.assign(said=features["said"].where(features.index != 3, 0.05))
    decided = decide_bars(strict, strange, candles, bar=BAR)
    assert decided["word"][:5].tolist() == [
        "signal",
        "below_threshold",
        "signal",
        "outlier",
        "below_threshold",
    ]
    assert decided["side"][:5].tolist() == [1, 0, -1, 0, 0]
    said = signals_of(strict, decided, candles, bar=BAR)
    assert strange["open_time"][3] not in set(said["open_time"])


def test_a_model_says_nothing_of_bars_that_close_after_its_time(candles, features):
    old = model()
    end = features["open_time"][100]
    old.card = old.card | {
        "trained_until": (end - pd.Timedelta(days=40)).isoformat(),
        "plan": {"expire_days": 40},
    }
    words = decide_bars(old, features, candles, bar=BAR)["word"]
    assert set(words[:100]) == {"signal", "below_threshold"}
    # The bar that closes at the moment itself is its last
    assert set(words[100:]) == {"model_expired"}
    # A plan of before there was a limit has the default, 45 days
    old.card = old.card | {"plan": {}}
    assert "model_expired" not in set(decide_bars(old, features, candles, bar=BAR)["word"])
