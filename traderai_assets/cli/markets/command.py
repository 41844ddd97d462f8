"""The command `traderai markets` with what stands under it."""

import click

from traderai_assets.cli.markets.adding import add
from traderai_assets.cli.markets.listing import market_rows
from traderai_assets.cli.markets.removing import remove
from traderai_assets.cli.printing import json_option, print_rows


@click.group(invoke_without_command=True)
@click.option("--all", "with_removed", is_flag=True, help="Also those that are kept no longer.")
@json_option
@click.pass_context
def command(ctx: click.Context, *, with_removed: bool, as_json: bool) -> None:
    """List the markets with what is stored of them, and what is wrong with each.

    Example: traderai markets
    """
    if ctx.invoked_subcommand is None:
        print_rows(
            market_rows(with_removed=with_removed),
            as_json=as_json,
            empty='No markets yet; add one with "traderai markets add binance:BTC/USDT".',
        )


command.add_command(add)
command.add_command(remove)
