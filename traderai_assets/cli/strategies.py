"""`traderai strategies`: which there are, what each was told, and in what two of them differ."""

import json

import click

from traderai_assets.cli.context import open_settings
from traderai_assets.cli.printing import json_option, print_rows
from traderai_assets.cli.strategy_champions import champions
from traderai_assets.cli.strategy_retirement import register, retire
from traderai_assets.cli.strategy_verdict import verdict


@click.group()
def command() -> None:
    """List the strategies that the settings make, compare them, say who speaks, end one.

    Example: traderai strategies list
    """


@command.command("list")
@json_option
def list_strategies(*, as_json: bool) -> None:
    """List the strategies with their ids, and in what each differs from the first.

    Example: traderai strategies list
    """
    from traderai_assets.status.strategies import strategy_rows

    print_rows(strategy_rows(open_settings()), as_json=as_json, empty="")


@command.command()
@click.argument("strategy")
@json_option
def show(strategy: str, *, as_json: bool) -> None:
    """Show the id of STRATEGY, where its tables lie, and every setting that makes it.

    Example: traderai strategies show default
    """
    from traderai_assets.status.strategies import strategy_row

    row = strategy_row(open_settings(), strategy)
    if as_json:
        click.echo(json.dumps(row, indent=2))
        return
    settings = row.pop("settings")
    click.echo("\n".join(f"{name}: {value}" for name, value in row.items()) + "\n")
    print_rows(settings, as_json=False, empty="")


@command.command()
@click.argument("strategy")
@click.argument("other")
@json_option
def compare(strategy: str, other: str, *, as_json: bool) -> None:
    """Show every setting of STRATEGY beside that of OTHER, those that differ first.

    Example: traderai strategies compare fast slow
    """
    from traderai_assets.status.strategies import compared

    print_rows(compared(open_settings(), [strategy, other]), as_json=as_json, empty="")


command.add_command(verdict)
command.add_command(champions)
command.add_command(retire)
command.add_command(register)
