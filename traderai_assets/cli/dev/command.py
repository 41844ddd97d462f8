"""`traderai dev`: web UI, board, daemon and sensors on this machine, until Ctrl-C."""

import os
from contextlib import ExitStack
from datetime import UTC, datetime

import click

from resources.exchange.proxies import ignored_proxies
from traderai_assets.cli.context import dagster_home, open_settings
from traderai_assets.cli.dev.home_lock import home_lock
from traderai_assets.cli.dev.services import dagster_running
from traderai_assets.cli.processes import HOST, ProcessStopped, free_port
from traderai_assets.cli.sandbox.origin import SandboxOrigin
from traderai_assets.cli.sandbox.process import sandbox_of
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.settings import Settings

WEB_PORT, BOARD_PORT = 3000, 3001


@click.command()
@click.option("--port", default=WEB_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--board-port",
    default=BOARD_PORT,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Of the board, which shows and changes nothing.",
)
@click.option("--speed", default=1.0, show_default=True, help="Of the sandbox's clock, if any.")
def command(port: int, board_port: int, speed: float) -> None:
    """Start the web UI, the board and the daemon; a home the demo made gets its sandbox back.

    Example: traderai dev
    """
    try:
        _run(port, board_port, speed)
    except KeyboardInterrupt as end:
        # Everything has ended by now, so this is the last that anybody says
        click.echo(
            f'Stopped by {end or "Ctrl-C"}; nothing runs on. "traderai dev" goes on from here.'
        )
    except ProcessStopped as stopped:
        from traderai_assets.notifying.ending import tell_of_end

        for lost in tell_of_end(open_settings(), str(stopped), datetime.now(UTC)):
            click.echo(lost, err=True)
        raise


def _run(port: int, board_port: int, speed: float) -> None:
    if port == board_port:
        raise InvalidInput(
            f"web UI and board cannot both have port {port}; name another of them with --port or "
            "--board-port"
        )
    settings = open_settings()
    with ExitStack() as stack:
        stack.enter_context(home_lock(settings, "traderai dev"))
        dagster_home(settings)  # Before anything is started: it may not be ours
        for wanted, option in ((port, "--port"), (board_port, "--board-port")):
            if free_port(wanted) != wanted:
                raise InvalidInput(f"port {wanted} of {HOST} is taken; name another with {option}")
        origin = SandboxOrigin.of(settings)
        environment = {}
        watched = []
        if origin is not None:
            sandbox = stack.enter_context(sandbox_of(settings, origin, speed=speed))
            environment["TRADERAI_EXCHANGE_URL"] = sandbox.url
            watched.append(sandbox.service)
        elif unused := ignored_proxies(os.environ, _proxy(settings)):
            click.echo(unused)
        click.echo("Starting Dagster.")
        services = stack.enter_context(
            dagster_running(
                settings, port=port, board_port=board_port, environment=environment, log=None
            )
        )
        services.watch(*watched)
        click.echo(f"Board:  {services.board_url}")
        click.echo(f"Web UI: {services.url} (Ctrl-C ends everything)")
        services.wait()


def _proxy(settings: Settings) -> str | None:
    proxy = settings.exchange.proxy
    return None if proxy is None else proxy.get_secret_value()
