"""`traderai strategies verdict`: what is believed of a strategy, and by which looks."""

import json

import click

from traderai_assets.cli.context import open_lake, open_settings
from traderai_assets.cli.printing import json_option, print_rows


@click.command()
@click.argument("strategy")
@json_option
def verdict(strategy: str, *, as_json: bool) -> None:
    """Show the last verdict on STRATEGY: its sentence, its numbers, and the looks that were made.

    Example: traderai strategies verdict default
    """
    from traderai_assets.status.verdicts import last_verdict
    from traderai_assets.strategies import strategy_named

    settings = open_settings()
    found = last_verdict(open_lake(settings), strategy_named(settings, strategy))
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(found["sentence"])
    if found["numbers"]:
        numbers = "\n".join(f"  {name}: {value}" for name, value in found["numbers"].items())
        click.echo(f"\njudged until {found['judged_until']}\n{numbers}\n")
    print_rows(found["looks"], as_json=False, empty="no look was made yet")
