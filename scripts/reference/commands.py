"""The page of commands: what click knows of each, its example and its options."""

import re
from collections.abc import Iterator
from typing import Any

import click

from scripts.reference.markdown import code, paragraphs, table
from traderai_assets.cli.main import COMMANDS, cli

_HEAD = """# Commands

What `--help` says of each. Exit code 0 is done, 1 a refusal or failure that was said
in one line, 2 a command that cannot be understood, 130 Ctrl-C; others stand where the command is
told.

"""


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Yield each command by the words that call it, a group before what is in it."""
    for name in sorted(COMMANDS):
        command = cli.get_command(click.Context(cli), name)
        if command is not None:
            yield from _with_subcommands(name, command)


def _with_subcommands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            yield from _with_subcommands(f"{name} {inner}", command.commands[inner])


def commands_page() -> str:
    """Return the page."""
    return _HEAD + "\n".join(_section(name, command) for name, command in every_command())


def _section(name: str, command: click.Command) -> str:
    told, _, example = (command.help or "").partition("Example: ")
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    options = [one for one in command.params if isinstance(one, click.Option)]
    usage = " ".join(["traderai", name, *map(_place, arguments)])
    text = f"## `{usage}`\n\n{paragraphs(told)}\n"
    if example:
        text += f"\n```sh\n{example.strip()}\n```\n"
    if options:
        text += "\n" + table(["option", "default", "meaning"], map(_option, options))
    return text


def _place(argument: click.Argument) -> str:
    name = argument.metavar or str(argument.name).upper()
    name = name if argument.required else f"[{name}]"
    return f"{name}..." if argument.nargs == -1 else name


def _option(option: click.Option) -> list[str]:
    names = ", ".join(code(name) for name in (*option.opts, *option.secondary_opts))
    if not option.is_flag:
        kind = option.make_metavar(click.Context(click.Command("")))
        names += f" {code(_formats(kind))}"
    default = "required" if option.required else _default(option)
    return [names, default, re.sub(r"\s+", " ", option.help or "")]


def _formats(kind: str) -> str:
    """Write times as people do: YYYY-MM-DD."""
    for sign, word in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%H:%M:%S", "HH:MM:SS")):
        kind = kind.replace(sign, word)
    return kind.replace("%H:%M", "HH:MM")


def _default(option: click.Option) -> str:
    value: Any = option.default
    if option.is_flag or callable(value) or not isinstance(value, str | int | float):
        return ""
    return code(value)
