"""Drift of the model that speaks: its card, and what the lake holds of the last seven days."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import milliseconds, milliseconds_of
from traderai_assets.domain.drift.alarm import drift_table
from traderai_assets.domain.drift.day_means import DAY_MS, DayMeans, days_of
from traderai_assets.domain.drift.features import feature_drift, prediction_drift
from traderai_assets.domain.drift.matured import calibration_drift, estimated_drift, matured
from traderai_assets.domain.drift.multivariate import ThinnedSample, multivariate_drift
from traderai_assets.domain.drift.performance import Expectation, performance_drift
from traderai_assets.domain.drift.reference import ReferenceDistribution
from traderai_assets.domain.features.month import undefined_rows
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.months import Month
from traderai_assets.domain.signals.net_returns import net_returns
from traderai_assets.domain.spans.reach import DRIFT_WINDOW
from traderai_assets.plan import reach, trading_costs
from traderai_assets.schemas.backtests import BACKTEST_METRICS, BACKTEST_TRADES, WALK_FORWARD
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES

if TYPE_CHECKING:
    from traderai_assets.domain.arrays import FloatArray
    from traderai_assets.domain.champions.periods import ChampionPeriod
    from traderai_assets.domain.models.model import ServingModel
    from traderai_assets.runs.partition import Partition
    from traderai_assets.settings import Settings


def measure_drift(
    part: "Partition",
    model: "ServingModel",
    champion: "ChampionPeriod",
    features: pd.DataFrame,
    settings: "Settings",
) -> pd.DataFrame:
    """Measure every kind of drift of a model in the window that ends with the last bar.

    Nothing that was known only after that bar's close is read.
    """
    bar = part.market.bar
    end = features["open_time"].iloc[-1] + bar
    current = features[features["open_time"] >= end - DRIFT_WINDOW]
    # What warms up behind a cut is no other market; all of it NaN would be drift
    defined = current[~undefined_rows(current)]
    months = reach(settings).drift(bar).months(part.month)
    held_in = [*reach(settings).outcomes(bar).months(months[0]), *months[1:]]
    candles = part.read_candles(*held_in)
    candles = candles[candles["open_time"] + bar <= end]
    said = part.read(PREDICTIONS, *months)
    mine = said[(said["model_id"] == model.model_id) & (said["open_time"] + bar <= end)]
    reference = model.card["reference"]
    distributions = {
        name: ReferenceDistribution.from_json(one) for name, one in reference["features"].items()
    }
    return drift_table(
        [
            feature_drift(distributions, defined),
            multivariate_drift(
                ThinnedSample.from_json(reference["sample"]) if "sample" in reference else None,
                defined,
                {name: np.asarray(one.quantiles) for name, one in distributions.items()},
            ),
            *_said(reference, mine[mine["open_time"] >= end - DRIFT_WINDOW]),
            _calibration(model, mine, candles, part, end),
            _performance(part, model, champion, candles, settings, months, end),
        ],
        model_id=model.model_id,
        window_start=current["open_time"].iloc[0],
        window_end=end,
    ).astype(DRIFT_METRICS.dtypes)


def _said(reference: dict[str, object], recent: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where probabilities lie, and what they promise."""
    probability = recent["probability"].to_numpy(np.float64)
    days = days_of(milliseconds_of(recent["open_time"]))
    said = ReferenceDistribution.from_json(reference["probability"])  # type: ignore[arg-type]
    sure = reference.get("confidence")
    return (
        prediction_drift(said, probability, days=days),
        estimated_drift(DayMeans.from_json(sure) if sure else None, probability, days),  # type: ignore[arg-type]
    )


def _calibration(
    model: "ServingModel",
    mine: pd.DataFrame,
    candles: pd.DataFrame,
    part: "Partition",
    end: pd.Timestamp,
) -> pd.DataFrame:
    """Judge what the model said since it speaks by its own labels, not by those of the settings."""
    chosen, bar = model.card["chosen"], part.market.bar
    labels = label_bars(
        candles,
        bar=bar,
        horizon_bars=chosen["horizon_bars"],
        multiple=chosen["multiple"],
        minimum_width=chosen["minimum_width"],
    )
    known = matured(mine, labels, end)
    block = max(DAY_MS, 2 * chosen["horizon_bars"] * milliseconds(bar))
    return calibration_drift(
        known["probability"].to_numpy(np.float64),
        known["up"].to_numpy(np.float64),
        milliseconds_of(known["open_time"]) // block,
    )


def _performance(
    part: "Partition",
    model: "ServingModel",
    champion: "ChampionPeriod",
    candles: pd.DataFrame,
    settings: "Settings",
    months: list[Month],
    end: pd.Timestamp,
) -> pd.DataFrame:
    outcomes = part.read(SIGNAL_OUTCOMES, *months)
    mine = outcomes[(outcomes["model_id"] == model.model_id) & (outcomes["bars_held"] > 0)]
    # What an interrupted signal earned is not known
    settled = ~mine["status"].isin(["open", "interrupted"]) & (mine["ended_at"] <= end)
    ended = mine[settled].drop_duplicates("open_time", keep="last")
    promised = _promised(part, model, champion)
    return performance_drift(
        Expectation.from_returns(promised) if promised.size else None,
        net_returns(ended, candles, bar=part.market.bar, costs=trading_costs(settings)),
        promised=promised,
    )


def _promised(part: "Partition", model: "ServingModel", champion: "ChampionPeriod") -> "FloatArray":
    """Net returns of the model's own out-of-sample trades, never those of bars that it served."""
    if "trades" in model.card["reference"]:
        return np.asarray(model.card["reference"]["trades"], dtype=np.float64)
    # A card of before: its month's backtest, if that is of this model
    month = Month.parse(champion.served_month)
    tested = part.read(BACKTEST_METRICS, month)
    own = tested[(tested["model_id"] == model.model_id) & (tested["segment"] == WALK_FORWARD)]
    if own.empty:
        return np.empty(0)
    record = part.read(BACKTEST_TRADES, month)
    inside = record["entry_time"].between(own["start"].iloc[0], own["end"].iloc[0])
    return record.loc[inside, "net_return"].to_numpy(np.float64)
