"""`python -m traderai_assets.board`: what `traderai dev`, `traderai demo` and deploy/ start."""

import logging
import sys

import click

from traderai_assets.domain.errors import TraderAIError

PORT, WEB_PORT = 3001, 3000


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--web-port",
    default=WEB_PORT,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Of Dagster's web UI on the same host, to which pages link.",
)
@click.option("--web-url", default="", help="Where Dagster's web UI is, if it is elsewhere.")
def command(host: str, port: int, web_port: int, web_url: str) -> None:
    """Serve read-only pages of what the platform is doing, on the instance in DAGSTER_HOME.

    Example: python -m traderai_assets.board --port 3001
    """
    from traderai_assets.board.server import serve

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s board %(message)s")
    try:
        serve(host, port, web_port=web_port, web_url=web_url)
    except TraderAIError as error:
        click.echo(f"traderai: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    command()
