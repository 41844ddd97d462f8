"""Signal snapshots: what each past month's model would have said, and what became of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.instance.months_read import months_read
from traderai_assets.making.outcome_page import replayed_metadata
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months, same_month
from traderai_assets.plan import reach
from traderai_assets.registry.stored_models import last_made
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.models.model import ServingModel


@strategy_asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("models", partition_mapping=same_month()),
        dg.AssetDep("features", partition_mapping=same_month()),
        dg.AssetDep("candles", partition_mapping=months_read("snapshots")),
    ],
    group_name="history",
    kinds={"deltalake"},
    owners=["team:research"],
    code_version=version_of("signal_snapshots"),
)
def signal_snapshots(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Signals of the month's model at bars of the month: out of sample by construction."""
    from traderai_assets.domain.models.model import decode_model

    with Publication(context, lake, SIGNAL_SNAPSHOTS, MODELS, FEATURES, CANDLES) as publication:
        for part in publication.partitions():
            trained = part.read(MODELS, part.month)
            if trained.empty:
                part.put(part.published(), {"reason": f"no model of {part.month.key} yet"})
                continue
            model = decode_model(last_made(trained))
            frame = _replayed(part, model, settings)
            part.put(frame, {**replayed_metadata(frame, part.title), "model_id": model.model_id})
        yield from publication.publish()


def _replayed(part: Partition, model: "ServingModel", settings: Settings) -> pd.DataFrame:
    from traderai_assets.domain.signals.decisions import decide_bars
    from traderai_assets.domain.signals.generation import signals_of
    from traderai_assets.domain.signals.outcomes import resolve_outcomes

    bar = part.market.bar
    months = reach(settings).snapshots(bar).months(part.month)
    candles = part.read_candles(*months)
    decided = decide_bars(model, part.read(FEATURES, part.month), candles, bar=bar)
    signals = signals_of(model, decided, candles, bar=bar)
    ended = resolve_outcomes(signals, candles, bar=bar, as_of=months[-1].end)
    told = ("status", "ended_at", "entry_price", "gross_return")
    return signals.assign(**{name: ended[name] for name in told})
