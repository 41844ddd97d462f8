"""Jobs by which people change models in the web UI; `traderai models` calls the same functions."""

from collections.abc import Sequence

import dagster as dg
from pydantic import Field

from resources.lake.resource import LakeResource
from resources.studies.resource import StudiesResource
from traderai_assets.domain.markets import Market
from traderai_assets.domain.queue.hand_jobs import HAND_JOBS
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.instance.live_runs import ASSETS_TAG
from traderai_assets.registry.desk import Desk
from traderai_assets.registry.stored_models import StoredModel, find_model
from traderai_assets.settings import Settings
from traderai_assets.strategies import asset_paths, strategies_of, strategy_named
from traderai_assets.work_classes import JOBS

_UI = "somebody in the web UI"


class _ByHand(dg.Config):
    market: str = Field(description="Key of the market, such as binance.BTC-USDT.5m.")
    by: str = Field(default=_UI, description="Who you are; it is kept.")


class PromoteConfig(_ByHand):
    """Which model is to speak."""

    model: str = Field(description="Id of the model, or its first 6 characters or more.")
    reason: str = Field(description="Why, in a sentence; it is kept.")


class RollBackConfig(_ByHand):
    """Where who spoke before is to speak again."""

    reason: str = Field(description="Why, in a sentence; it is kept.")


class DeleteConfig(_ByHand):
    """Which models are to go."""

    models: list[str] = Field(
        description="Ids of models, or their first 6 characters or more.", min_length=1
    )
    reason: str = Field(description="Why, in a sentence; it is kept.")


class KeepLastConfig(_ByHand):
    """How many models stay."""

    newest: int = Field(ge=1, description="Of each strategy so many newest models stay.")
    strategy: str = Field(default="", description="Of this strategy alone; of all if empty.")
    apply: bool = Field(
        default=False, description="Whether they are deleted; else the log says which would be."
    )
    reason: str = Field(default="no longer needed", description="Why, in a sentence; it is kept.")


class NoteConfig(_ByHand):
    """What is noted of which model."""

    model: str = Field(description="Id of the model, or its first 6 characters or more.")
    text: str = Field(description="The note, one line; it is kept, also when the model is gone.")


@dg.op(description="Have a model be the one by which its strategy speaks for its market.")
def promote_champion(
    context: dg.OpExecutionContext,
    config: PromoteConfig,
    lake: LakeResource,
    studies: StudiesResource,
    settings: dg.ResourceParam[Settings],
) -> None:
    """Promote a model."""
    from traderai_assets.registry.champions_by_hand import promote

    desk = _desk(context, lake, studies, settings, config.reason, config.by)
    model = find_model(lake, config.model, strategies_of(settings))
    last = promote(desk, model, Market.parse(config.market)).iloc[-1]
    context.log.info(f"{config.market}: {last['strategy']} speaks by model {last['model_id']}")


@dg.op(description="Have those speak for a market again who spoke before the last change.")
def roll_back_champion(
    context: dg.OpExecutionContext,
    config: RollBackConfig,
    lake: LakeResource,
    studies: StudiesResource,
    settings: dg.ResourceParam[Settings],
) -> None:
    """Roll a market back."""
    from traderai_assets.registry.champions_by_hand import roll_back

    desk = _desk(context, lake, studies, settings, config.reason, config.by)
    last = roll_back(desk, Market.parse(config.market)).iloc[-1]
    context.log.info(f"{config.market}: {last['strategy']} speaks by model {last['model_id']}")


@dg.op(description="Delete models that nothing refers to, with all that is their own.")
def delete_market_models(
    context: dg.OpExecutionContext,
    config: DeleteConfig,
    lake: LakeResource,
    studies: StudiesResource,
    settings: dg.ResourceParam[Settings],
) -> None:
    """Delete models of one market; go on where an earlier deletion was interrupted."""
    from traderai_assets.registry.model_deletion import delete_asked

    desk = _desk(context, lake, studies, settings, config.reason, config.by)
    gone = delete_asked(desk, config.models, Market.parse(config.market))
    context.log.info(f"deleted: {', '.join(gone) or 'nothing'}")


@dg.op(description="Delete models beyond the newest of each strategy that nothing refers to.")
def keep_last_market_models(
    context: dg.OpExecutionContext,
    config: KeepLastConfig,
    lake: LakeResource,
    studies: StudiesResource,
    settings: dg.ResourceParam[Settings],
) -> None:
    """Keep the newest models of one market."""
    from traderai_assets.registry.model_deletion import delete_models
    from traderai_assets.registry.model_keeping import beyond_last

    desk = _desk(context, lake, studies, settings, config.reason, config.by)
    among = (
        (strategy_named(settings, config.strategy),) if config.strategy else strategies_of(settings)
    )
    spare = beyond_last(settings, lake, among, config.newest, Market.parse(config.market).key)
    names = ", ".join(_named(model) for model in spare) or "nothing"
    if not config.apply:
        context.log.info(f"would be deleted: {names}; with apply: true they are")
        return
    delete_models(desk, spare)
    context.log.info(f"deleted: {names}")


@dg.op(description="Keep a note on a model, with who wrote it and when.")
def note_market_model(
    context: dg.OpExecutionContext,
    config: NoteConfig,
    lake: LakeResource,
    studies: StudiesResource,
    settings: dg.ResourceParam[Settings],
) -> None:
    """Note something of a model."""
    from traderai_assets.registry.model_notes import note_model

    desk = _desk(context, lake, studies, settings, config.text, config.by)
    note_model(desk, find_model(lake, config.model, strategies_of(settings)))


_OPS = {
    op.name: op
    for op in (
        promote_champion,
        roll_back_champion,
        delete_market_models,
        keep_last_market_models,
        note_market_model,
    )
}


def jobs_by_hand(strategies: Sequence[Strategy]) -> list[dg.JobDefinition]:
    """Return a job of one op each, marked with all that it may write of any strategy."""
    return [_job(name, _OPS[op], strategies) for name, op in HAND_JOBS.items()]


def _job(name: str, op: dg.OpDefinition, strategies: Sequence[Strategy]) -> dg.JobDefinition:
    written = sorted(
        "/".join(path) for asset in JOBS[name] for path in asset_paths(tuple(strategies), asset)
    )

    @dg.job(
        name=name,
        description=op.description,
        # The queue cannot ask the settings which strategies there are
        tags={ASSETS_TAG: ",".join(written)} if written else None,
    )
    def by_hand() -> None:
        op()

    return by_hand


def _desk(
    context: dg.OpExecutionContext,
    lake: LakeResource,
    studies: StudiesResource,
    settings: Settings,
    reason: str,
    by: str,
) -> Desk:
    return Desk(settings, lake, studies, context.instance, reason, by, run_id=context.run_id)


def _named(model: StoredModel) -> str:
    return f"{model.model_id[:12]} ({model.strategy.name}, {model.served.key})"
