"""What was typed wrongly, in one line with the way out: the nearest name, or where all stand."""

from typing import IO, Any

import click

from traderai_assets.cli.exit_codes import USAGE


class PlainUsageError(click.UsageError):
    """A mistake in what was typed, said in one line."""

    exit_code = USAGE.number

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line."""
        click.echo(f"traderai: {self.format_message()}", file=file, err=file is None)


def in_plain_words(error: click.UsageError, called: str) -> click.UsageError:
    """Return the error with its way out, in one line; one that prints a help as it is.

    Parameters
    ----------
    error : UsageError
    called : str
        The command it was typed behind, where the error does not know.
    """
    if isinstance(error, click.exceptions.NoArgsIsHelpError | PlainUsageError):
        return error
    where = error.ctx.command_path if error.ctx is not None else called
    said = " ".join(error.format_message().split()).rstrip(".")
    joined = " " if said.endswith(("?", ")")) else "; "
    return PlainUsageError(f'{said}{joined}"{where} --help" tells what can be typed', error.ctx)
