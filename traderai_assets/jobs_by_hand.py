"""Jobs by which people change models in the web UI; `traderai models` calls the same functions."""

from collections.abc import Callable, Sequence
from typing import Any

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

    @property
    def reason(self) -> str:
        """What is kept of it, as of every change by hand."""
        return self.text


Log = Callable[[str], None]
Change = Callable[[Desk, Any, Log], None]


def _promote(desk: Desk, asked: PromoteConfig, log: Log) -> None:
    from traderai_assets.registry.champions_by_hand import promote

    model = find_model(desk.lake, asked.model, strategies_of(desk.settings))
    last = promote(desk, model, Market.parse(asked.market)).iloc[-1]
    log(f"{asked.market}: {last['strategy']} speaks by model {last['model_id']}")


def _roll_back(desk: Desk, asked: RollBackConfig, log: Log) -> None:
    from traderai_assets.registry.champions_by_hand import roll_back

    last = roll_back(desk, Market.parse(asked.market)).iloc[-1]
    log(f"{asked.market}: {last['strategy']} speaks by model {last['model_id']}")


def _delete(desk: Desk, asked: DeleteConfig, log: Log) -> None:
    from traderai_assets.registry.model_deletion import delete_asked

    gone = delete_asked(desk, asked.models, Market.parse(asked.market))
    log(f"deleted: {', '.join(gone) or 'nothing'}")


def _keep_last(desk: Desk, asked: KeepLastConfig, log: Log) -> None:
    from traderai_assets.registry.model_deletion import delete_models
    from traderai_assets.registry.model_keeping import beyond_last

    settings = desk.settings
    among = (
        (strategy_named(settings, asked.strategy),) if asked.strategy else strategies_of(settings)
    )
    spare = beyond_last(settings, desk.lake, among, asked.newest, Market.parse(asked.market).key)
    names = ", ".join(_named(model) for model in spare) or "nothing"
    if not asked.apply:
        log(f"would be deleted: {names}; with apply: true they are")
        return
    delete_models(desk, spare)
    log(f"deleted: {names}")


def _note(desk: Desk, asked: NoteConfig, log: Log) -> None:  # noqa: ARG001
    from traderai_assets.registry.model_notes import note_model

    note_model(desk, find_model(desk.lake, asked.model, strategies_of(desk.settings)))


def _op(name: str, description: str, kind: type[_ByHand], change: Change) -> dg.OpDefinition:
    @dg.op(name=name, description=description)
    def by_hand(
        context: dg.OpExecutionContext,
        config: kind,  # type: ignore[valid-type]
        lake: LakeResource,
        studies: StudiesResource,
        settings: dg.ResourceParam[Settings],
    ) -> None:
        asked: Any = config
        desk = Desk(
            settings, lake, studies, context.instance, asked.reason, asked.by, context.run_id
        )
        change(desk, asked, context.log.info)

    return by_hand


_OPS = {
    op.name: op
    for op in (
        _op(
            "promote_champion",
            "Have a model be the one by which its strategy speaks for its market.",
            PromoteConfig,
            _promote,
        ),
        _op(
            "roll_back_champion",
            "Have those speak for a market again who spoke before the last change.",
            RollBackConfig,
            _roll_back,
        ),
        _op(
            "delete_market_models",
            "Delete models that nothing refers to, with all that is their own.",
            DeleteConfig,
            _delete,
        ),
        _op(
            "keep_last_market_models",
            "Delete models beyond the newest of each strategy that nothing refers to.",
            KeepLastConfig,
            _keep_last,
        ),
        _op(
            "note_market_model",
            "Keep a note on a model, with who wrote it and when.",
            NoteConfig,
            _note,
        ),
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


def _named(model: StoredModel) -> str:
    return f"{model.model_id[:12]} ({model.strategy.name}, {model.served.key})"
