"""`python -m traderai_assets.web`: what `traderai dev`, `traderai demo` and deploy/ start."""

import sys
from pathlib import Path

import click
from dagster._utils.log import configure_loggers

from traderai_assets.domain.errors import TraderAIError
from traderai_assets.web.server import serve


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workspace",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default="workspace.yaml",
    show_default=True,
    help="Dagster's file of code locations.",
)
def command(host: str, port: int, workspace: Path) -> None:
    """Serve Dagster's web UI behind the guard, on the instance in DAGSTER_HOME.

    Example: python -m traderai_assets.web --port 3000
    """
    configure_loggers()
    try:
        serve(host, port, workspace)
    except TraderAIError as error:
        click.echo(f"traderai: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    command()
