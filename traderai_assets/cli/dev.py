"""`traderai dev`: web UI, daemon and sensors on this machine, until Ctrl-C."""

from contextlib import ExitStack

import click

from traderai_assets.cli.house import dagster_home, open_settings
from traderai_assets.cli.processes import HOST, dagster_running
from traderai_assets.cli.sandbox_process import sandbox_of
from traderai_assets.cli.world import World

WEB_PORT = 3000


@click.command()
@click.option("--port", default=WEB_PORT, show_default=True, help="Of the web UI.")
@click.option("--speed", default=1.0, show_default=True, help="Of the sandbox's clock, if any.")
def command(port: int, speed: float) -> None:
    """Start the web UI and the daemon; a home the demo made gets its sandbox back.

    Example: traderai dev
    """
    settings = open_settings()
    dagster_home(settings)  # Before anything is started or written: it may not be ours
    world = World.of(settings)
    with ExitStack() as stack:
        environment = {}
        if world is not None:
            sandbox = stack.enter_context(sandbox_of(settings, world, speed=speed))
            environment["TRADERAI_EXCHANGE_URL"] = sandbox.url
        click.echo(f"Web UI: http://{HOST}:{port} (Ctrl-C ends everything)")
        stack.enter_context(dagster_running(settings, port=port, environment=environment, log=None))
