"""A market with a planted rule: the first feature leans the next bars, the others are noise."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.training.engine import train_model
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.search_plan import SearchPlan

BAR = pd.Timedelta(minutes=5).to_pytimedelta()
NAMES = ("lean", "noise_1", "noise_2", "noise_3", "calendar", "idle")
WARM_UP = 300
INPUTS = {"features/2026-01": "aa" * 16, "labels/2026-01": "bb" * 16}


class Market(NamedTuple):
    """What a training is given."""

    features: pd.DataFrame
    labels: pd.DataFrame
    candles: pd.DataFrame


def planted_market(rows=1500, *, strength=1.0, seed=0, horizon=6, bar=BAR):
    """Candles whose next return leans by `strength` of its deviation where `lean` is 1."""
    random = np.random.default_rng(seed)
    bars = rows + WARM_UP
    lean = np.empty(bars)
    lean[0] = 0.0
    for row, shock in enumerate(random.normal(size=bars - 1), start=1):
        lean[row] = 0.9 * lean[row - 1] + np.sqrt(1 - 0.81) * shock
    returns = 0.002 * (strength * np.concatenate([[0.0], lean[:-1]]) + random.normal(size=bars))
    close = 100 * np.exp(np.cumsum(returns))
    opened = np.concatenate([[100.0], close[:-1]])
    wick = 1 + 0.0005 * np.abs(random.normal(size=(2, bars)))
    open_time = pd.Series(
        pd.date_range("2026-01-01", periods=bars, freq=bar, tz="UTC").as_unit("ms")
    )
    candles = pd.DataFrame(
        {
            "open_time": open_time,
            "open": opened,
            "high": np.maximum(opened, close) * wick[0],
            "low": np.minimum(opened, close) / wick[1],
            "close": close,
            "volume": 1.0,
        }
    )
    values = random.normal(size=(bars, len(NAMES)))
    values[:, 0] = lean
    values[:, 4] = np.arange(bars) % 24
    values[random.random(values.shape) < 0.02] = np.nan
    values[:, 5] = 0.0
    features = pd.DataFrame(dict(zip(NAMES, values.T, strict=True)))
    features.insert(0, "open_time", open_time)
    labels = label_bars(candles, bar=bar, horizon_bars=horizon, multiple=1.0)
    return Market(
        features[WARM_UP:].reset_index(drop=True),
        labels[labels["open_time"] >= open_time[WARM_UP]].drop(columns="barrier"),
        candles,
    )


def small_plan(**changes):
    """A plan that is quick to train: two folds, forty rounds, two trials of each kind."""
    search = {
        "learner_trials": 2,
        "policy_trials": 3,
        "horizons": (),
        "multiples": (),
        "sampler_seconds": 60.0,
        "combinatorial_groups": 0,
    }
    return TrainingPlan(
        **{
            "horizon_bars": 6,
            "n_folds": 2,
            "rounds": 40,
            "minimum_rows": 30,
            "costs": Costs(0.0005, 0.0001, 0.0),
            "search": SearchPlan(**(search | changes.pop("search", {}))),
        }
        | changes
    )


def train(market, *, plan=None, bar=BAR, report=lambda _: None, inputs=INPUTS, **options):
    """Train a model of a planted market."""
    return train_model(
        *market, plan=plan or small_plan(), bar=bar, report=report, inputs=inputs, **options
    )


@pytest.fixture(scope="session")
def planted():
    return planted_market


@pytest.fixture(scope="session", name="small_plan")
def _small_plan():
    return small_plan


@pytest.fixture(scope="session", name="train")
def _train():
    return train
