"""`traderai models`: the group of its commands."""

import click

from traderai_assets.cli.models.deleting import delete, keep_last
from traderai_assets.cli.models.listing import compare, list_models, show
from traderai_assets.cli.models.speaking import note, promote, rollback


@click.group()
def command() -> None:
    """List, show and compare stored models; promote, roll back, note or delete one.

    Example: traderai models list
    """


for one in (list_models, show, compare, promote, rollback, delete, keep_last, note):
    command.add_command(one)
