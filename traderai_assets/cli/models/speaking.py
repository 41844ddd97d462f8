"""`traderai models promote`, `rollback` and `note`: who speaks, and what people say of a model."""

from typing import TYPE_CHECKING

import click

from traderai_assets.cli.models.desk import desk_of
from traderai_assets.cli.printing import answer, json_option

if TYPE_CHECKING:
    import pandas as pd


@click.command()
@click.argument("model")
@click.option("--reason", required=True, help="Why, in a sentence; it is kept.")
@click.option("--market", help="Refuse a model of another market.")
@json_option
def promote(model: str, reason: str, market: str | None, *, as_json: bool) -> None:
    """Have MODEL speak for its strategy, until a newer one is made or it is rolled back.

    Example: traderai models promote 3f2a9c51 --reason "the newer one learned of an outage"
    """
    from traderai_assets.registry.champions_by_hand import promote as promote_model
    from traderai_assets.registry.stored_models import find_model
    from traderai_assets.strategies import strategies_of

    with desk_of(reason) as desk:
        found = find_model(desk.lake, model, strategies_of(desk.settings))
        asked = desk.settings.market(market) if market else None
        history = promote_model(desk, found, asked)
    _say(found.market.key, history, as_json=as_json)


@click.command()
@click.argument("market")
@click.option("--reason", required=True, help="Why, in a sentence; it is kept.")
@json_option
def rollback(market: str, reason: str, *, as_json: bool) -> None:
    """Have those speak for MARKET again who spoke before the last change.

    Example: traderai models rollback binance:BTC/USDT --reason "its signals are one-sided"
    """
    from traderai_assets.registry.champions_by_hand import roll_back

    with desk_of(reason) as desk:
        asked = desk.settings.market(market)
        history = roll_back(desk, asked)
    _say(asked.key, history, as_json=as_json)


@click.command()
@click.argument("model")
@click.argument("text")
@json_option
def note(model: str, text: str, *, as_json: bool) -> None:
    """Keep TEXT as a note on MODEL, with your name and the time; "show" shows it.

    Example: traderai models note 3f2a9c51 "made while the venue was half down"
    """
    from traderai_assets.registry.model_notes import note_model
    from traderai_assets.registry.stored_models import find_model
    from traderai_assets.strategies import strategies_of

    with desk_of(text) as desk:
        found = find_model(desk.lake, model, strategies_of(desk.settings))
        note_model(desk, found)
    answer(f"Noted on model {found.model_id}.", as_json=as_json, model=found.model_id, note=text)


def _say(market: str, history: "pd.DataFrame", *, as_json: bool) -> None:
    last = history.sort_values("number").iloc[-1]
    how = "on paper" if last["paper"] else "in full"
    answer(
        f"{last['strategy']} speaks {how} for {market} by model {last['model_id']} from "
        f"{last['changed_at']:%Y-%m-%d %H:%M} on, until a newer model of it is made.",
        as_json=as_json,
        market=market,
        strategy=last["strategy"],
        model=last["model_id"],
        paper=bool(last["paper"]),
        since=last["changed_at"].isoformat(),
    )
