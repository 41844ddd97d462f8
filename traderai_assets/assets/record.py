"""Record: what a strategy's models earned in the months they served, day by day."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.strategies.registered import Registration
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_served_months, same_month
from traderai_assets.plan import trading_costs
from traderai_assets.registry.record_page import record_metadata
from traderai_assets.registry.strategy_registry import registered
from traderai_assets.runs.progress import one_by_one
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.backtests import BACKTEST_EQUITY, BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.settings import Settings


@strategy_asset(
    partitions_def=market_served_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("models", partition_mapping=same_month()),
        dg.AssetDep("backtests", partition_mapping=same_month()),
        dg.AssetDep("candles", partition_mapping=same_month()),
    ],
    group_name="models",
    kinds={"deltalake"},
    owners=["team:research"],
    code_version=version_of("record"),
)
def record(
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    settings: dg.ResourceParam[Settings],
    strategy: Strategy,
) -> Iterator[dg.MaterializeResult[None]]:
    """The days of the month's model; what is known otherwise now is a revision with its cause."""
    sources = (MODELS, BACKTEST_METRICS, BACKTEST_EQUITY, BACKTEST_TRADES, CANDLES)
    registration = registered(lake, strategy)
    with Publication(context, lake, RECORD_DAYS, *sources) as publication:
        for part in one_by_one(context, publication.partitions(), "record"):
            if registration is None:
                reason = f"strategy {strategy.name} is not registered; run its backtests first"
                part.put(part.published(), {"reason": reason})
                continue
            _record(part, strategy, registration, settings)
        yield from publication.publish()


def _record(
    part: Partition, strategy: Strategy, registration: Registration, settings: Settings
) -> None:
    from traderai_assets.domain.strategies.days import month_days
    from traderai_assets.domain.strategies.revisions import revisions_of
    from traderai_assets.registry.served_months import NotRecorded, read_served_month

    stored = part.published()
    served = read_served_month(part, strategy)
    if isinstance(served, NotRecorded):
        part.put(stored, {"reason": served.reason})
        return
    fresh = month_days(
        served.month,
        bar=part.market.bar,
        costs=trading_costs(settings),
        registered_at=registration.registered_at,
    )
    added = revisions_of(
        stored, fresh, strategy=strategy.id, recorded_at=served.known_until.to_pydatetime()
    )
    frames = [frame for frame in (stored, added) if len(frame)]
    rows = pd.concat(frames, ignore_index=True) if frames else stored
    part.put(rows, record_metadata(fresh, added, part.title))
