"""The group; each of its commands has a file of its own."""

import click

from traderai_assets.cli.runs import cancelling, cleaning, listing, logs, retrying


@click.group()
def command() -> None:
    """List, cancel, retry and clean up runs, and read their logs.

    Example: traderai runs list --status failure
    """


command.add_command(listing.command, "list")
command.add_command(cancelling.command, "cancel")
command.add_command(retrying.command, "retry")
command.add_command(logs.command, "logs")
command.add_command(cleaning.command, "clean")
