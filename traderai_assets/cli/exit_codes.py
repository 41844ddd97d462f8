"""Exit codes: what a command ends with, written down once; docs/terminal.md has them as a table."""

from typing import NamedTuple


class ExitCode(NamedTuple):
    """A code with which a command may end.

    Attributes
    ----------
    number : int
    meaning : str
        What a script may take it for, in a sentence.
    """

    number: int
    meaning: str


DONE = ExitCode(0, "What was asked for was done, or was answered and is as it should be.")
FAILED = ExitCode(
    1,
    "It was not done, or something is broken: the line on standard error, or the answer of "
    "`doctor`, `audit`, `lake check` and `reproduce`, says what, and the way out; also where "
    "Ctrl-C or a signal ended it.",
)
USAGE = ExitCode(
    2, "What was typed is no command, option or value of one; nothing was looked at or changed."
)
NOT_JUDGED = ExitCode(
    3, "`audit` alone: no rule is violated, but one cannot be judged on this home."
)
EXIT_CODES = (DONE, FAILED, USAGE, NOT_JUDGED)
