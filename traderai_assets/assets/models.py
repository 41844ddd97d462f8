"""Models: LightGBM and XGBoost, trained on what was known before the month they serve."""

from collections.abc import Iterator

import dagster as dg

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from resources.studies.resource import StudiesResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.errors import TrainingError
from traderai_assets.domain.freshness.judging import judge
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.gate.asset_check import LOOK_BACK_CHECK, look_back_result
from traderai_assets.gate.facts import FactsReader
from traderai_assets.gate.look_ahead import require_proof
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_served_months
from traderai_assets.plan import expanding
from traderai_assets.registry.trainer import Trainer
from traderai_assets.runs.crossings import with_cuts_told
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings import Settings


@strategy_asset(
    partitions_def=market_served_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("features", partition_mapping=months_read("training")),
        dg.AssetDep("labels", partition_mapping=months_read("training")),
        dg.AssetDep("candles", partition_mapping=months_read("training_candles")),
    ],
    check_specs=[LOOK_BACK_CHECK],
    group_name="models",
    kinds={"lightgbm", "xgboost", "deltalake"},
    owners=["team:research"],
    code_version=version_of("models"),
    settings_decide=True,
)
def models(
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    exchange: ExchangeResource,
    studies: StudiesResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """All models trained for a served month, oldest first; the last is the month's model."""
    require_proof(context.instance)
    with Publication(
        context, lake, MODELS, FEATURES, LABELS, CANDLES, CANDLE_GAPS, CANDLE_ASKS
    ) as publication:
        facts = FactsReader(lake, context.instance, table=publication.source, clock=exchange.clock)
        days, less = settings.training.lookback_days, expanding(settings)
        parts = list(publication.partitions())

        def look_back_of(market: Market, served: Month) -> LookBack | Refusal:
            return judge(facts.read(market, served, days, less))

        judged = [(part, look_back_of(part.market, part.month)) for part in parts]
        yield look_back_result({part.dagster_key: found for part, found in judged})
        trainer = Trainer(context, lake, studies, settings, publication.target, look_back_of)
        errors = []
        for part, found in judged:
            try:
                trainer.make(part, found)
            except TrainingError as cause:
                error = with_cuts_told(cause, publication.crossings, part.market, found)
                # A month without data must not cost the other months of the run their models.
                context.log.warning(f"{part.dagster_key}: no model was made: {error}")
                errors.append(error)
                part.put(part.published(), {"refused": str(error)})
            publication.commit()
        if errors and len(errors) == len(parts):
            raise errors[-1]
        yield from publication.publish()
