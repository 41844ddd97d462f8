"""The page of the terminal has the exit codes of the code; what answers does so in JSON, too."""

import click
import pytest

from tests.cli.test_help import EVERY_COMMAND
from tests.docs.pages import REPOSITORY
from traderai_assets.cli.exit_codes import EXIT_CODES

# They serve until they are ended, or show what they do: there is no answer
NO_ANSWER = {"dev", "sandbox", "demo"}


def test_the_page_lists_every_exit_code_with_its_meaning():
    page = (REPOSITORY / "docs" / "terminal.md").read_text()
    table = page.partition("| exit code |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table == [f"| {one.number} | {one.meaning} |" for one in EXIT_CODES]


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_every_command_that_answers_does_so_in_json_too(name):
    command = EVERY_COMMAND[name]
    if isinstance(command, click.Group) and not command.invoke_without_command:
        return  # What stands under it answers
    options = {option for one in command.params for option in one.opts}
    assert ("--json" in options) != (name in NO_ANSWER)
