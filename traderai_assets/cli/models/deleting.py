"""`traderai models delete` and `keep-last`: models that nothing refers to, shown before they go."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from traderai_assets.cli.models.desk import desk_of
from traderai_assets.cli.printing import answer, json_option, table

if TYPE_CHECKING:
    from traderai_assets.registry.stored_models import StoredModel


@click.command()
@click.argument("models", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why, in a sentence; it is kept.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def delete(models: tuple[str, ...], reason: str, *, yes: bool, as_json: bool) -> None:
    """Delete MODELS that nothing refers to, with their backtests and searches; or none of them.

    Typed again after a crash, it goes on where it was.

    Example: traderai models delete 3f2a9c51 --reason "made of a wrong setting"
    """
    from traderai_assets.registry.model_deletion import delete_models, finish_all_deletions
    from traderai_assets.registry.stored_models import find_model
    from traderai_assets.strategies import strategies_of

    with desk_of(reason) as desk:
        gone = finish_all_deletions(desk)
        asked = [one for one in models if not any(was.startswith(one) for was in gone)]
        found = [find_model(desk.lake, one, strategies_of(desk.settings)) for one in asked]
        if not yes and found:
            click.echo(_shown(found), err=as_json)
            click.confirm(f"Delete {len(found)} models for good?", abort=True, err=as_json)
        gone += delete_models(desk, found) if found else []
    answer(f"Deleted: {', '.join(gone)}.", as_json=as_json, deleted=list(gone))


@click.command("keep-last")
@click.argument("newest", type=click.IntRange(min=1))
@click.option("--market", help="Of this market alone.")
@click.option("--strategy", help="Of this strategy alone.")
@click.option("--reason", default="no longer needed", help="Why, in a sentence; it is kept.")
@click.option("--dry-run", is_flag=True, help="Show which would go, and delete none.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def keep_last(
    newest: int,
    market: str | None,
    strategy: str | None,
    reason: str,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Keep the NEWEST models of each market and strategy, and all that anything refers to.

    Example: traderai models keep-last 12 --dry-run
    """
    from traderai_assets.registry.model_deletion import delete_models
    from traderai_assets.registry.model_keeping import beyond_last
    from traderai_assets.strategies import strategies_of, strategy_named

    with desk_of(reason) as desk:
        among = (
            (strategy_named(desk.settings, strategy),) if strategy else strategies_of(desk.settings)
        )
        key = desk.settings.market(market).key if market else None
        spare = beyond_last(desk.settings, desk.lake, among, newest, key)
        if not spare:
            told = "Nothing to delete: each older model has something that refers to it."
            answer(told, as_json=as_json, deleted=[], would_go=[])
            return
        ids = [model.model_id for model in spare]
        click.echo(_shown(spare), err=as_json)
        if dry_run:
            told = f"{len(spare)} models would be deleted."
            answer(told, as_json=as_json, deleted=[], would_go=ids)
            return
        if not yes:
            click.confirm(f"Delete {len(spare)} models for good?", abort=True, err=as_json)
        delete_models(desk, spare)
    answer(f"Deleted {len(spare)} models.", as_json=as_json, deleted=ids, would_go=[])


def _shown(models: "Sequence[StoredModel]") -> str:
    return table(
        [
            {
                "model": model.model_id,
                "market": model.market.key,
                "strategy": model.strategy.name,
                "served": model.served.key,
                "generation": int(model.row["generation"]),
            }
            for model in models
        ]
    )
