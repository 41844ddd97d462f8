"""What a page says to type can be typed: it parses, and its commands and settings exist."""

import os
import re
import shlex
import subprocess
import tomllib

import click
import pytest
import yaml

from tests.docs.pages import Fence, commands_in_prose, fences
from traderai_assets.cli.main import cli
from traderai_assets.settings import load_settings

SHELL = fences("sh", "bash", "shell", "console")
LANGUAGES = {"sh", "bash", "shell", "console", "python", "toml", "yaml", "json", "text", ""}


def words_of(line: str) -> list[str]:
    """Split what stands behind `traderai` up to the end of the command."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split, lexer.commenters = True, "#"
    words = []
    for word in lexer:
        if set(word) <= set("|&;<>"):
            break
        words.append(word)
    return words


def traderai_commands(fence: Fence) -> list[list[str]]:
    """The words behind each `traderai` of a block, wherever it is installed."""
    found = []
    for line in fence.text.replace("\\\n", " ").splitlines():
        match = re.search(r"(?:^|[\s/])(?:traderai|traderai_assets\.cli)(?=\s|$)", line)
        if match and not line.startswith("#") and "#" not in line[: match.start()]:
            found.append(words_of(line[match.end() :]))
    return found


def command_of(words: list[str]) -> tuple[click.Command, click.Context, list[str]]:
    """Follow the words from group to group; a word that names no command is an error."""
    command: click.Command = cli
    context = click.Context(cli, info_name="traderai")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, found, words = command.resolve_command(context, words)
        assert found is not None, name
        command, context = found, click.Context(found, parent=context, info_name=name)
    return command, context, words


def understood(words: list[str]) -> None:
    """Let click say what is missing, unknown or of another form."""
    command, context, rest = command_of(words)
    assert not isinstance(command, click.Group) or command.invoke_without_command, words
    command.parse_args(context, rest)


@pytest.mark.parametrize("fence", [f for f in SHELL if traderai_commands(f)], ids=str)
def test_every_traderai_command_in_a_block_is_complete_and_understood(fence):
    for words in traderai_commands(fence):
        understood(words)


@pytest.mark.parametrize(
    "told", sorted({command for _, command in commands_in_prose()}), ids=lambda told: told
)
def test_every_traderai_command_in_the_text_exists_with_its_options(told):
    command, context, rest = command_of(words_of(told.removeprefix("traderai")))
    command.make_parser(context).parse_args(args=[word for word in rest if word != "..."])


@pytest.mark.parametrize("fence", SHELL, ids=str)
def test_every_make_target_in_a_block_exists(fence, repository):
    targets = set(re.findall(r"^([a-z]+):", (repository / "Makefile").read_text(), re.M))
    asked = re.findall(r"^\s*make ([a-z]+)", fence.text, re.M)
    assert set(asked) <= targets


@pytest.mark.processes
def test_every_block_of_shell_parses():
    for fence in SHELL:
        done = subprocess.run(
            ["/bin/bash", "-n"], input=fence.text, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), str(fence)


@pytest.mark.parametrize("fence", fences("python"), ids=str)
def test_every_block_of_python_compiles(fence):
    compile(fence.text, str(fence), "exec")


@pytest.mark.parametrize("fence", fences("yaml", "json"), ids=str)
def test_every_block_of_yaml_parses(fence):
    assert yaml.safe_load(fence.text) is not None


def test_every_block_of_toml_parses_and_its_settings_are_taken(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("TRADERAI_")]:
        monkeypatch.delenv(name)
    for fence in fences("toml"):
        if "tool" not in tomllib.loads(fence.text):
            (tmp_path / "traderai.toml").write_text(fence.text)
            load_settings(tmp_path / "traderai.toml", home=tmp_path)


def test_a_block_names_a_language_that_is_looked_at():
    others = [str(one) for one in fences() if one.language not in LANGUAGES]
    assert others == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("traderai statsu", click.UsageError),
        ("traderai status --wach", click.NoSuchOption),
        ("traderai markets ad binance:SOL/USDT", click.UsageError),
        ("traderai backfill --since 2026-01-01", click.MissingParameter),
        ("traderai backfill binance:BTC/USDT --since yesterday", click.BadParameter),
    ],
)
def test_what_does_not_exist_is_noticed(line, error):
    [words] = traderai_commands(Fence("page", 1, "sh", line))
    with pytest.raises(error):
        understood(words)
