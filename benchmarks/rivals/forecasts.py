"""The product and its rivals: each learns what is known when a month begins and forecasts it.

Features and labels are the platform's own, so that learners are compared and nothing else; whoever
needs other ones (`rivals_freqai`) says so. Every rival fits on one thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import lightgbm
import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.rivals.markets import Known, MarketMonth
from traderai_assets.domain.arrays import FloatArray, milliseconds_of
from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.labels.weights import uniqueness_weights
from traderai_assets.domain.models.calibration import fit_platt
from traderai_assets.domain.models.model import decode_model, encode_model
from traderai_assets.domain.models.sample import LabelledRows, join_rows
from traderai_assets.domain.signals.decisions import decide_bars
from traderai_assets.domain.training.engine import train_model
from traderai_assets.domain.training.plan import TrainingPlan

LIGHTGBM_ROUNDS = 100
"""The library's own default, as are all other parameters but the number of threads."""


@dataclass(frozen=True)
class Forecast:
    """What a rival says of each served bar.

    Attributes
    ----------
    score : ndarray of shape (n_served,)
        The larger, the likelier a rise.
    probability : ndarray of shape (n_served,), optional
        That the upper barrier comes first; whoever has none is not asked for its log-loss.
    decided : DataFrame
        open_time and the fields of `Decisions`: what is done at each bar.
    """

    score: FloatArray
    probability: FloatArray | None
    decided: pd.DataFrame


Rival = Callable[[MarketMonth, TrainingPlan], Forecast]
Scores = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame, TrainingPlan], FloatArray]


def product(month: MarketMonth, plan: TrainingPlan, *, own: TrainingPlan | None = None) -> Forecast:
    """The platform: what `models`, `backtests` and `signal_snapshots` do, with their own rule.

    `own` is a plan beside the one that says what outcomes are, for whoever compares plans.
    """
    used = own or plan
    known = month.known(used)
    trained = train_model(
        known.features,
        known.labels,
        known.candles,
        plan=used,
        bar=month.bar,
        report=lambda _progress: None,
        inputs={"market": month.market, "month": month.month.key},
    )
    model = decode_model(encode_model(trained).iloc[0])
    decided = decide_bars(model, month.served, month.until_end, bar=month.bar)
    by_bar = decided.set_index("open_time")["probability"]
    probability = by_bar.reindex(month.served["open_time"]).to_numpy(np.float64)
    return Forecast(probability, probability, decided)


def plain_lightgbm(month: MarketMonth, plan: TrainingPlan) -> Forecast:
    """LightGBM with the defaults of the library on every row of the look-back."""
    rows = _rows(month.known(plan))
    taught = rows.label != 0
    booster = lightgbm.train(
        {"objective": "binary", "verbosity": -1, "num_threads": 1, "seed": plan.seed},
        lightgbm.Dataset(rows.features[taught], (rows.label[taught] > 0).astype(np.float64)),
        num_boost_round=LIGHTGBM_ROUNDS,
    )
    predicted = np.asarray(booster.predict(_served(month, rows), num_threads=1), dtype=np.float64)
    return by_probability(predicted, month, plan)


def logistic_regression(month: MarketMonth, plan: TrainingPlan) -> Forecast:
    """scikit-learn's, C of 1, on standardised features whose gaps are filled with the median."""
    rows = _rows(month.known(plan))
    taught = rows.label != 0
    learner = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        # The default of 100 iterations may end before the optimum, and warns; nothing else changes
        LogisticRegression(max_iter=1_000),
    )
    learner.fit(rows.features[taught], rows.label[taught] > 0)
    return by_probability(learner.predict_proba(_served(month, rows))[:, 1], month, plan)


def last_value(month: MarketMonth, plan: TrainingPlan) -> Forecast:
    """Persistence: the sign of the return over the last horizon goes on.

    Nothing is fitted but Platt's slope and intercept, on the look-back: a slope that would turn
    the forecast around is 0, and then every bar has the look-back's share of rises.
    """
    labels = month.known(plan).labels
    labels = labels[labels["label"] != 0]
    closes = month.until_end.set_index("open_time")["close"]
    signs = np.sign(closes / closes.shift(plan.horizon_bars) - 1.0).fillna(0.0)
    scaling = fit_platt(
        signs.reindex(labels["open_time"]).to_numpy(np.float64),
        (labels["label"].to_numpy() > 0).astype(np.float64),
        uniqueness_weights(
            milliseconds_of(labels["open_time"]), milliseconds_of(labels["label_end"])
        ),
    )
    score = signs.reindex(month.served["open_time"]).to_numpy(np.float64)
    return by_probability(scaling.probability(score), month, plan, score=score)


def by_frames(function: Scores, *, days: int | None = None, probability: bool = False) -> Rival:
    """Make a rival of a function of frames, for experiments.

    Parameters
    ----------
    function : callable
        Of features (of the look-back and of the month), labels (those known when the month
        begins), candles (up to the end of the month) and the plan; gives a score for each row of
        features, of which those of the month are looked at.
    days : int, optional
        Length of its look-back; the plan's if none is given.
    probability : bool, default=False
        Whether its scores are probabilities; if not, it does not trade.
    """
    return partial(_of_frames, function=function, days=days, probability=probability)


def by_probability(
    probability: FloatArray,
    month: MarketMonth,
    plan: TrainingPlan,
    *,
    score: FloatArray | None = None,
) -> Forecast:
    """Decide by the one rule of all who have none of their own.

    The side on which |2 p - 1| times the barrier's width is more than a round trip costs, with
    target and stop at that width and the labels' horizon, the whole account in each trade.
    """
    width = month.width(plan)
    pays = np.abs(2.0 * probability - 1.0) * width > plan.costs.round_trip  # Never where NaN
    side = np.where(pays, np.sign(2.0 * probability - 1.0), 0.0).astype(np.int8)
    decisions = Decisions.of(side, target=width, stop=width, horizon_bars=plan.horizon_bars)
    return Forecast(
        probability if score is None else score, probability, decided_frame(month, decisions)
    )


def decided_frame(month: MarketMonth, decisions: Decisions) -> pd.DataFrame:
    """Lay decisions of the served bars out as `trade_decided` takes them."""
    opened = month.served[["open_time"]]
    return opened.assign(**decisions._asdict())


def _of_frames(
    month: MarketMonth,
    plan: TrainingPlan,
    *,
    function: Scores,
    days: int | None,
    probability: bool,
) -> Forecast:
    known = month.known(plan, days)
    features = pd.concat([known.features, month.served], ignore_index=True)
    scores = function(features, known.labels, month.until_end, plan)[len(known.features) :]
    if probability:
        return by_probability(scores, month, plan)
    nothing = np.zeros(len(scores), np.int8)
    decisions = Decisions.of(nothing, target=np.nan, stop=np.nan, horizon_bars=1)
    return Forecast(scores, None, decided_frame(month, decisions))


def _rows(known: Known) -> LabelledRows:
    return join_rows(known.features, known.labels)


def _served(month: MarketMonth, rows: LabelledRows) -> FloatArray:
    return month.served[list(rows.names)].to_numpy(np.float64)
