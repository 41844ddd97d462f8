"""Drift metrics: how far the last days lie from what the champion was trained on."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months, same_market
from traderai_assets.plan import reach
from traderai_assets.registry.stored_models import read_model
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.backtests import BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.settings import Settings


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
    sources = (
        *(CHAMPIONS, FEATURES, PREDICTIONS, SIGNAL_OUTCOMES, MODELS, CANDLES),
        *(BACKTEST_TRADES, BACKTEST_METRICS),
    )
    with Publication(context, lake, DRIFT_METRICS, *sources) as publication:
        for part in publication.partitions():
            measured = _measure(part, settings, strategy)
            part.put(*measured)
        yield from publication.publish()


def _measure(
    part: Partition, settings: Settings, strategy: Strategy
) -> tuple[pd.DataFrame, dict[str, object]]:
    from traderai_assets.domain.champions.periods import champion_periods
    from traderai_assets.registry.drift_measuring import measure_drift
    from traderai_assets.registry.drift_page import drift_metadata

    stored = part.published()
    months = reach(settings).drift(part.market.bar).months(part.month)
    periods = champion_periods(part.read(CHAMPIONS), strategy.name)
    features = part.read(FEATURES, *months)
    if not (periods and periods[-1].stands):
        return stored, {"reason": f"strategy {strategy.name} does not speak here"}
    if features.empty or features["open_time"].iloc[-1] < part.month.start:
        return stored, {"reason": "no bar of the month yet"}
    champion = periods[-1]
    model = read_model(part, champion.model_id, champion.served_month).model
    table = measure_drift(part, model, champion, features, settings)
    earlier = stored[stored["window_end"] != table["window_end"].iloc[0]]
    kept = pd.concat([earlier, table], ignore_index=True) if len(earlier) else table
    return kept, drift_metadata(table, kept, part.title)
