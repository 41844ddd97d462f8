"""Every command says what it does, with an example that runs as pasted."""

import re
import shlex
import subprocess
import sys

import click
import pytest

from traderai_assets.cli.main import COMMANDS, cli


def commands() -> dict[str, click.Command]:
    """Every command and subcommand, by the words that call it."""
    found = {}
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {sub}": one for sub, one in command.commands.items()}
    return found


EVERY_COMMAND = commands()


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_help_is_one_sentence_and_an_example(name, traderai):
    code, out, _ = traderai(*name.split(), "--help")
    assert code == 0
    assert re.search(r"^  Example: traderai \S+", out, re.MULTILINE)
    first, *_ = EVERY_COMMAND[name].help.split("\n\n")
    assert first.endswith(".")
    assert first[0].isupper()


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_the_example_calls_the_command_and_can_be_parsed(name):
    [example] = re.findall(r"Example: traderai (.+)", EVERY_COMMAND[name].help)
    words = shlex.split(example)
    context = cli.make_context("traderai", words)
    command: click.Command = cli
    while isinstance(command, click.Group) and words:
        command = command.get_command(context, words.pop(0))
    command.make_context("traderai", words)
    assert example.startswith(name)


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_every_option_of_a_command_says_what_it_is_or_shows_its_default(name):
    for parameter in EVERY_COMMAND[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.show_default or parameter.required


@pytest.mark.processes
def test_the_list_of_commands_needs_neither_dagster_nor_pandas():
    program = (
        "import sys; from traderai_assets.cli.main import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        "print({'dagster', 'pandas', 'ccxt'} & set(sys.modules))"
    )
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert all(f"  {name} " in said for name in COMMANDS)
    assert said.endswith("set()\n")


def test_a_command_that_does_not_exist_is_refused_by_name(traderai):
    code, _, err = traderai("fetch")
    assert (code, "No such command 'fetch'" in err) == (2, True)
