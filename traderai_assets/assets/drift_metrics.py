"""Drift metrics: how far the last days lie from what the champion was trained on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg
import numpy as np
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.reach import DRIFT_WINDOW
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months, same_market
from traderai_assets.plan import reach, trading_costs
from traderai_assets.registry.stored_models import read_model
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.backtests import BACKTEST_TRADES
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.champions.periods import ChampionPeriod
    from traderai_assets.domain.models.model import ServingModel


@strategy_asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("champions", partition_mapping=same_market()),
        dg.AssetDep("features", partition_mapping=months_read("drift")),
        dg.AssetDep("signals", partition_mapping=months_read("drift")),
        dg.AssetDep("signal_outcomes", partition_mapping=months_read("drift")),
    ],
    group_name="live",
    kinds={"scipy", "deltalake"},
    owners=["team:research"],
    code_version=version_of("drift_metrics"),
)
def drift_metrics(
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    settings: dg.ResourceParam[Settings],
    strategy: Strategy,
) -> Iterator[dg.MaterializeResult[None]]:
    """Features, predictions and results of the last seven days against the champion's training."""
    sources = [CHAMPIONS, FEATURES, PREDICTIONS, SIGNAL_OUTCOMES, MODELS, BACKTEST_TRADES]
    if settings.costs.funding_rate:
        sources.append(CANDLES)  # What a position pays follows its price
    with Publication(context, lake, DRIFT_METRICS, *sources) as publication:
        for part in publication.partitions():
            measured = _measure(part, settings, strategy)
            part.put(*measured)
        yield from publication.publish()


def _measure(
    part: Partition, settings: Settings, strategy: Strategy
) -> tuple[pd.DataFrame, dict[str, object]]:
    from traderai_assets.domain.champions.periods import champion_periods
    from traderai_assets.domain.drift.alarm import drift_alarm, drift_table
    from traderai_assets.domain.features.month import undefined_rows

    stored = part.published()
    months = reach(settings).drift(part.market.bar).months(part.month)
    periods = champion_periods(part.read(CHAMPIONS), strategy.name)
    features = part.read(FEATURES, *months)
    if not (periods and periods[-1].stands):
        return stored, {"reason": f"strategy {strategy.name} does not speak here"}
    if features.empty or features["open_time"].iloc[-1] < part.month.start:
        return stored, {"reason": "no bar of the month yet"}
    champion = periods[-1]
    end = features["open_time"].iloc[-1] + part.market.bar
    model = read_model(part, champion.model_id, champion.served_month).model
    current = features[features["open_time"] >= end - DRIFT_WINDOW]
    # What warms up behind a cut is no other market; all of it NaN would be drift
    defined = current[~undefined_rows(current)]
    table = drift_table(
        [
            _features(model, defined),
            _predictions(model, part.read(PREDICTIONS, *months), end),
            _performance(part, champion, settings),
        ],
        model_id=model.model_id,
        window_start=current["open_time"].iloc[0],
        window_end=end,
    ).astype(DRIFT_METRICS.dtypes)
    earlier = stored[stored["window_end"] != end]
    kept = pd.concat([earlier, table], ignore_index=True) if len(earlier) else table
    alarm = drift_alarm(table)
    worst = table.nlargest(1, "psi").iloc[0]
    return kept, {
        "model_id": model.model_id,
        "window_end": dg.TimestampMetadataValue(end.timestamp()),
        "drifted": int((table["status"] == "drifted").sum()),
        "worst_feature": str(worst["feature"]),
        "worst_psi": float(worst["psi"]),
        "alarm": alarm.reason if alarm else "none",
    }


def _features(model: "ServingModel", current: pd.DataFrame) -> pd.DataFrame:
    from traderai_assets.domain.drift.features import feature_drift
    from traderai_assets.domain.drift.reference import ReferenceDistribution

    references = {
        name: ReferenceDistribution.from_json(reference)
        for name, reference in model.card["reference"]["features"].items()
    }
    return feature_drift(references, current)


def _predictions(
    model: "ServingModel", predictions: pd.DataFrame, end: pd.Timestamp
) -> pd.DataFrame:
    from traderai_assets.domain.drift.features import prediction_drift
    from traderai_assets.domain.drift.reference import ReferenceDistribution

    recent = predictions["open_time"] >= end - DRIFT_WINDOW
    mine = predictions[(predictions["model_id"] == model.model_id) & recent]
    reference = ReferenceDistribution.from_json(model.card["reference"]["probability"])
    return prediction_drift(reference, mine["probability"].to_numpy(np.float64))


def _performance(part: Partition, champion: "ChampionPeriod", settings: Settings) -> pd.DataFrame:
    from traderai_assets.domain.drift.performance import Expectation, performance_drift
    from traderai_assets.domain.signals.net_returns import net_returns

    costs = trading_costs(settings)
    months = reach(settings).drift(part.market.bar).months(part.month)
    outcomes = part.read(SIGNAL_OUTCOMES, *months)
    mine = outcomes[(outcomes["model_id"] == champion.model_id) & (outcomes["bars_held"] > 0)]
    # What an interrupted signal earned is not known
    settled = ~mine["status"].isin(["open", "interrupted"])
    ended = mine[settled].drop_duplicates("open_time", keep="last")
    held_in = [*reach(settings).outcomes(part.market.bar).months(months[0]), *months[1:]]
    candles = part.read_candles(*held_in) if costs.funding_rate else None
    record = part.read(BACKTEST_TRADES, Month.parse(champion.served_month))
    promised = record["net_return"].to_numpy(np.float64)
    return performance_drift(
        Expectation.from_returns(promised) if promised.size else None,
        net_returns(
            ended,
            CANDLES.empty() if candles is None else candles,
            bar=part.market.bar,
            costs=costs,
        ),
    )
