"""Champions: which model speaks for a market; each change is one event, the log the audit trail."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.champions.history import current_champion, with_decision
from traderai_assets.domain.code_versions import version_of
from traderai_assets.ingest.known_until import known_until
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, markets, same_market
from traderai_assets.registry.challenge import Challenge
from traderai_assets.registry.stored_models import newest_model, read_model
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.settings import Settings


@strategy_asset(
    partitions_def=markets,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("models", partition_mapping=same_market()),
        dg.AssetDep("backtests", partition_mapping=same_market()),
    ],
    group_name="models",
    kinds={"deltalake"},
    owners=["team:research"],
    code_version=version_of("champions"),
)
def champions(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """The history of the model that speaks for the market; the newest model challenges it."""
    sources = (MODELS, OUT_OF_SAMPLE, FEATURES, CANDLES, CANDLE_GAPS)
    with Publication(context, lake, CHAMPIONS, *sources) as publication:
        for part in publication.partitions():
            history = _challenged(part, publication, settings)
            last = history.iloc[-1] if len(history) else None
            part.put(
                history,
                {
                    "champion": current_champion(history) or "none",
                    "last_action": str(last["action"]) if last is not None else "none",
                    "reason": str(last["reason"]) if last is not None else "no model yet",
                },
            )
        yield from publication.publish()


def _challenged(part: Partition, publication: Publication, settings: Settings) -> pd.DataFrame:
    """Return the market's history with what became of its newest model's challenge."""
    history = part.published()
    challenger = newest_model(publication.source(MODELS), part.market)
    as_of = known_until(publication.source(CANDLES), publication.source(CANDLE_GAPS), part.market)
    reigning = current_champion(history)
    if challenger is None or as_of is None or reigning == challenger.model_id:
        return history
    champion = None
    if reigning is not None:
        champion = read_model(part, reigning, str(history["served_month"].iloc[-1]))
    decision = Challenge(part, settings, challenger).judge(champion)
    return with_decision(
        history,
        decision,
        challenger_id=challenger.model_id,
        served_month=challenger.served,
        changed_at=as_of,
    )
