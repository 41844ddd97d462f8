"""The root of `traderai`: its commands, and errors without tracebacks."""

import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Any

import click

from traderai_assets.cli.completion import VARIABLE
from traderai_assets.cli.exit_codes import FAILED
from traderai_assets.cli.known_names import complete_names
from traderai_assets.cli.plain_output import make_output_plain
from traderai_assets.cli.usage_errors import in_plain_words
from traderai_assets.status.plain_errors import in_one_line

# Imported when asked for: `traderai --help` must not wait for Dagster.
COMMANDS = {
    "audit": "Check on a home what must hold of all that is stored, one line a rule.",
    "backfill": "Queue the missing candles of a market, with features and labels.",
    "candles": "Export or import candles, list their gaps, decide on steps in their prices.",
    "completion": "Print what a shell needs to complete commands and names.",
    "demo": "Run the main job offline and show what came of it.",
    "dev": "Start the web UI and the daemon on this machine.",
    "doctor": "Look at what an installation needs, and tell the cure of what it lacks.",
    "features": "List the features, or prove that none of them looks ahead.",
    "lake": "Check the stored tables, or take one that was restored as it is.",
    "lineage": "Follow a signal back to its candles, or a candle to all it has touched.",
    "markets": "List the markets and what is wrong with them; add or remove one.",
    "models": "List, show and compare models; promote, roll back, note or delete one.",
    "report": "Write what is known of a strategy, a model or a market as one page.",
    "notify": "Try who is told what matters, and see what waits for them.",
    "reproduce": "Make a stored model again and compare it byte for byte.",
    "reset": "Delete what is stored, all of it or a part, after it was shown and typed.",
    "runs": "List, cancel, retry and clean up runs, and read their logs.",
    "sandbox": "Serve a small exchange on this machine.",
    "signals": "List the signals that hold, now or at a moment.",
    "sql": "Answer a SELECT over all that is stored and all that ran.",
    "status": "Show what runs, what waits and why, and how far it is.",
    "walk-forward": "Make what the record of a strategy lacks, and have it judged.",
    "words": "Say of each of a market's latest bars: a signal, or why there is none.",
    "strategies": "List and compare strategies, tell verdicts and who speaks, or end one.",
}
# Those with more than one file; their command stands in the file of that name.
FOLDERS = frozenset({"demo", "dev", "markets", "models", "runs", "sandbox", "status"})


class LazyGroup(click.Group):
    """A group whose commands live in modules of the same name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands, without importing them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_")
        inside = ".command" if cmd_name in FOLDERS else ""
        command: click.Command = import_module(f"traderai_assets.cli.{module}{inside}").command
        return complete_names(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest ones: click looks among those it has imported."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """Read what was typed; a mistake is said in one line."""
        try:
            return super().make_context(*arguments, **more)
        except click.UsageError as error:
            raise in_plain_words(error, "traderai") from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a mistake in what was typed behind it is said in one line."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise in_plain_words(error, ctx.command_path) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup)
@click.version_option(package_name="traderai")
def cli() -> None:
    """Candles, features, labels, models, signals and drift, on Dagster."""


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """End as Ctrl-C does, saying what has asked for it."""
    raise KeyboardInterrupt("Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name)


def main() -> None:
    """Run the command line; what is wrong is said in one line, with exit code 1."""
    # What a command has started must not outlive it, be it ended by Ctrl-C or by SIGTERM; and a
    # shell makes what it puts behind ignore Ctrl-C, which our processes would inherit.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    # What we and our processes write is the person's alone: candles, models, what runs printed
    os.umask(0o077)
    from traderai_assets.cli.web_requests import install_opener

    if VARIABLE not in os.environ:  # Click answers a shell in bytes
        make_output_plain()
    install_opener()
    try:
        cli(prog_name="traderai")
    except Exception as error:
        line = in_one_line(error)
        if line is None:
            raise
        click.echo(f"traderai: {line}", err=True)
        sys.exit(FAILED.number)
