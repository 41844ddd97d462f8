"""`traderai models list`, `show` and `compare`: what is stored of models."""

import json

import click

from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.cli.printing import json_option, print_rows


@click.command("list")
@click.option("--market", help="Of this market alone.")
@click.option("--strategy", help="Of this strategy alone.")
@click.option("--speaking", is_flag=True, help="Only those that speak now.")
@json_option
def list_models(market: str | None, strategy: str | None, *, speaking: bool, as_json: bool) -> None:
    """List the stored models, the newest of each strategy and market first.

    Example: traderai models list --market binance:BTC/USDT
    """
    from traderai_assets.registry.model_list import model_rows, stored_models
    from traderai_assets.strategies import strategies_of, strategy_named

    settings = open_settings()
    lake = open_lake(settings)
    among = (strategy_named(settings, strategy),) if strategy else strategies_of(settings)
    key = settings.market(market).key if market else None
    models = list(stored_models(lake, among, key))
    with open_instance(settings) as instance:
        rows = model_rows(settings, lake, instance, models)
    if speaking:
        rows = [row for row in rows if row["speaks"] != "not"]
    print_rows(rows, as_json=as_json, empty="no such model is stored; the job train makes one")


@click.command()
@click.argument("model")
@json_option
def show(model: str, *, as_json: bool) -> None:
    """Show the card of MODEL in short: what it is made of, how good, who refers to it, notes.

    Example: traderai models show 3f2a9c51
    """
    from traderai_assets.registry.model_list import model_card
    from traderai_assets.registry.stored_models import find_model
    from traderai_assets.strategies import strategies_of

    settings = open_settings()
    lake = open_lake(settings)
    found = find_model(lake, model, strategies_of(settings))
    with open_instance(settings) as instance:
        card = model_card(settings, lake, instance, found)
    if as_json:
        click.echo(json.dumps(card, indent=2, default=str))
        return
    rows = [
        {"": name, "value": value if isinstance(value, str | int | float) else json.dumps(value)}
        for name, value in card.items()
        if value is not None
    ]
    print_rows(rows, as_json=False, empty="")


@click.command()
@click.argument("model")
@click.argument("other")
@json_option
def compare(model: str, other: str, *, as_json: bool) -> None:
    """Show metrics and plan of MODEL beside those of OTHER, and which forecast better unseen.

    Example: traderai models compare 3f2a9c51 77b0e1d4
    """
    from traderai_assets.registry.model_comparison import compared_models
    from traderai_assets.registry.stored_models import find_model
    from traderai_assets.strategies import strategies_of

    settings = open_settings()
    lake = open_lake(settings)
    one, another = (find_model(lake, name, strategies_of(settings)) for name in (model, other))
    rows, sentence = compared_models(lake, one, another)
    if as_json:
        click.echo(json.dumps({"rows": rows, "sentence": sentence}, indent=2, default=str))
        return
    print_rows(rows, as_json=False, empty="")
    click.echo(f"\n{sentence}")
