"""Backtests: what a month's model earns after costs on bars it never saw."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
import numpy as np
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.assets.candles import candles
from traderai_assets.assets.features import features
from traderai_assets.assets.models import last_made, models
from traderai_assets.assets.publication import Partition, Publication
from traderai_assets.partitions import (
    LOOK_BACK_MONTHS,
    MANY_PARTITIONS_A_RUN,
    market_served_months,
    months_around,
    same_month,
)
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
    from traderai_assets.domain.training.model import ServingModel


@dg.asset(
    partitions_def=market_served_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep(models, partition_mapping=same_month()),
        dg.AssetDep(features, partition_mapping=same_month()),
        dg.AssetDep(candles, partition_mapping=months_around(-LOOK_BACK_MONTHS, 0)),
    ],
    group_name="models",
    kinds={"numba", "deltalake"},
    owners=["team:research"],
    code_version="1",
)
def backtests(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """What the month's model earns out of sample: over its walk-forward tests, and served."""
    from traderai_assets.domain.training.model import decode_model

    sources = (MODELS, OUT_OF_SAMPLE, FEATURES, CANDLES)
    beside = (BACKTEST_TRADES, BACKTEST_EQUITY)
    with Publication(context, lake, BACKTEST_METRICS, *sources, beside=beside) as publication:
        for part in publication.partitions():
            trained = part.read(MODELS, part.month)
            if trained.empty:
                part.put(part.published(), {"reason": f"no model of {part.month.key} yet"})
                continue
            model = decode_model(last_made(trained))
            results = {
                WALK_FORWARD: _walk_forward(part, model, settings),
                SERVED: _served(part, model, settings),
            }
            _put(part, model, {name: result for name, result in results.items() if result})
        yield from publication.publish()


def _walk_forward(part: Partition, model: "ServingModel", settings: Settings) -> "Backtest | None":
    known = part.read(OUT_OF_SAMPLE, part.month)
    past = [part.month.shift(-back) for back in range(LOOK_BACK_MONTHS, 0, -1)]
    bars = part.read(CANDLES, *past)
    return walk_forward_backtest(known, bars, model, bar=part.market.bar, settings=settings)


def walk_forward_backtest(
    known: pd.DataFrame,
    bars: pd.DataFrame,
    model: "ServingModel",
    *,
    bar: timedelta,
    settings: Settings,
) -> "Backtest | None":
    """Trade what the folds said of their test slices; None where they said nothing."""
    from traderai_assets.domain.signals.policy import decide

    if known.empty:
        return None
    first, last = known["open_time"].iloc[0], known["open_time"].iloc[-1]
    inside = bars[(bars["open_time"] >= first) & (bars["open_time"] <= last)]
    said = inside[["open_time"]].merge(known, on="open_time", how="left")
    threshold = model.card["threshold"]
    sides = decide(
        said["probability"].to_numpy(np.float64),
        said["width"].to_numpy(np.float64),
        threshold["round_trip_cost"],
        threshold["margin"],
    )
    return _traded(inside, sides, said["width"].to_numpy(np.float64), model, bar, settings)


def _served(part: Partition, model: "ServingModel", settings: Settings) -> "Backtest | None":
    from traderai_assets.domain.signals.deciding import decide_bars

    known = part.read(FEATURES, part.month)
    if known.empty:
        return None
    bars = part.read(CANDLES, part.month.shift(-1), part.month)
    decided = decide_bars(model, known, bars, bar=part.market.bar)
    widths = decided["width"].to_numpy(np.float64)
    return _traded(decided, decided["side"].to_numpy(), widths, model, part.market.bar, settings)


def _traded(
    bars: pd.DataFrame,
    sides: Any,
    widths: Any,
    model: "ServingModel",
    bar: timedelta,
    settings: Settings,
) -> "Backtest":
    from traderai_assets.domain.backtest.costs import Costs
    from traderai_assets.domain.backtest.engine import run_backtest

    return run_backtest(
        bars.reset_index(drop=True),
        sides,
        widths,
        bar=bar,
        horizon_bars=model.card["plan"]["horizon_bars"],
        costs=Costs(settings.costs.fee_rate, settings.costs.slippage_rate),
    )


def _put(part: Partition, model: "ServingModel", results: dict[str, "Backtest"]) -> None:
    from traderai_assets.domain.backtest.metrics import metrics_table

    for table, attribute in ((BACKTEST_TRADES, "trades"), (BACKTEST_EQUITY, "equity")):
        frames = [getattr(result, attribute) for result in results.values()]
        part.put_beside(table, pd.concat(frames, ignore_index=True) if frames else table.empty())
    rows = [
        metrics_table(
            result.metrics,
            result.equity,
            bar=part.market.bar,
            segment=segment,
            model_id=model.model_id,
        )
        for segment, result in results.items()
    ]
    frame = pd.concat(rows, ignore_index=True) if rows else BACKTEST_METRICS.empty()
    figures = {
        f"{segment}_{name}": float(result.metrics[name])
        for segment, result in results.items()
        for name in ("total_return", "sharpe", "max_drawdown", "hit_rate", "trades")
        if np.isfinite(result.metrics[name])
    }
    part.put(frame, {"model_id": model.model_id, **figures})
