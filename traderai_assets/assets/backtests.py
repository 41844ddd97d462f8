"""Backtests: what a month's model earns after costs on bars it never saw."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import dagster as dg
import numpy as np
import pandas as pd

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.markets import Market
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import (
    MANY_PARTITIONS_A_RUN,
    market_served_months,
    same_month,
    split_partition_key,
)
from traderai_assets.plan import reach, trading_costs
from traderai_assets.registry.backtest_page import backtest_metadata
from traderai_assets.registry.stored_models import last_made
from traderai_assets.registry.strategy_registry import register
from traderai_assets.runs.progress import one_by_one
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.backtests import (
    BACKTEST_EQUITY,
    BACKTEST_METRICS,
    BACKTEST_TRADES,
    SERVED,
    WALK_FORWARD,
)
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.backtest.engine import Backtest
    from traderai_assets.domain.models.model import ServingModel


@strategy_asset(
    partitions_def=market_served_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("models", partition_mapping=same_month()),
        dg.AssetDep("features", partition_mapping=same_month()),
        dg.AssetDep("candles", partition_mapping=months_read("backtests")),
    ],
    group_name="models",
    kinds={"numba", "deltalake"},
    owners=["team:research"],
    code_version=version_of("backtests"),
)
def backtests(
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    exchange: ExchangeResource,
    settings: dg.ResourceParam[Settings],
    strategy: Strategy,
) -> Iterator[dg.MaterializeResult[None]]:
    """What the month's model earns out of sample: over its walk-forward tests, and served."""
    from traderai_assets.domain.models.model import decode_model

    # Counted before anybody can know what it earns
    market, _ = split_partition_key(min(context.partition_keys))
    clock = partial(exchange.clock, Market.parse(market))
    register(lake, strategy, clock=clock, run_id=context.run.run_id)
    sources = (MODELS, OUT_OF_SAMPLE, FEATURES, CANDLES)
    beside = (BACKTEST_TRADES, BACKTEST_EQUITY)
    with Publication(context, lake, BACKTEST_METRICS, *sources, beside=beside) as publication:
        for part in one_by_one(context, publication.partitions(), "backtest"):
            trained = part.read(MODELS, part.month)
            if trained.empty:
                part.put(part.published(), {"reason": f"no model of {part.month.key} yet"})
                continue
            model = decode_model(last_made(trained))
            results = {
                WALK_FORWARD: _walk_forward(part, settings),
                SERVED: _served(part, model, settings),
            }
            _put(part, model, {name: result for name, result in results.items() if result})
        yield from publication.publish()


def _walk_forward(part: Partition, settings: Settings) -> "Backtest | None":
    from traderai_assets.domain.backtest.decided import walk_forward_backtest

    bar = part.market.bar
    decided = part.read(OUT_OF_SAMPLE, part.month)
    candles = part.read_candles(*reach(settings).look_back(bar).months(part.month))
    return walk_forward_backtest(decided, candles, bar=bar, costs=trading_costs(settings))


def _served(part: Partition, model: "ServingModel", settings: Settings) -> "Backtest | None":
    from traderai_assets.domain.backtest.decided import trade_decided
    from traderai_assets.domain.signals.decisions import decide_bars

    features = part.read(FEATURES, part.month)
    if features.empty:
        return None
    candles = part.read_candles(*reach(settings).decisions(part.market.bar).months(part.month))
    decided = decide_bars(model, features, candles, bar=part.market.bar)
    if decided.empty:
        return None
    return trade_decided(decided, decided, bar=part.market.bar, costs=trading_costs(settings))


def _put(part: Partition, model: "ServingModel", results: dict[str, "Backtest"]) -> None:
    from traderai_assets.domain.backtest.metrics import metrics_table

    for table, attribute in ((BACKTEST_TRADES, "trades"), (BACKTEST_EQUITY, "equity")):
        frames = [getattr(result, attribute) for result in results.values()]
        part.put_beside(table, pd.concat(frames, ignore_index=True) if frames else table.empty())
    measured = {segment: _measured(result) for segment, result in results.items()}
    rows = [
        metrics_table(
            figures,
            results[segment].equity,
            bar=part.market.bar,
            segment=segment,
            model_id=model.model_id,
        )
        for segment, figures in measured.items()
    ]
    frame = pd.concat(rows, ignore_index=True) if rows else BACKTEST_METRICS.empty()
    accounts = {segment: result.equity for segment, result in results.items()}
    page = backtest_metadata(measured, accounts, part.title)
    part.put(frame, {**page, "model_id": model.model_id})


def _measured(result: "Backtest") -> dict[str, float]:
    """Return the figures, and the intervals of those that chance moves most."""
    from traderai_assets.domain.backtest.intervals import result_intervals

    account = result.equity["equity"].to_numpy(np.float64)
    yearly = result.metrics["bars_per_year"]
    return result.metrics | result_intervals(account, bars_per_year=yearly)
