"""`traderai completion`: what a shell needs to complete commands, options and names."""

import click
from click.shell_completion import get_completion_class

from traderai_assets.cli.printing import answer, json_option

VARIABLE = "_TRADERAI_COMPLETE"  # As click derives it from the program's name
INSTALLED = {
    "bash": 'traderai completion bash > ~/.traderai-completion.bash && echo ". '
    '~/.traderai-completion.bash" >> ~/.bashrc',
    "zsh": 'traderai completion zsh > ~/.traderai-completion.zsh && echo ". '
    '~/.traderai-completion.zsh" >> ~/.zshrc',
    "fish": "traderai completion fish > ~/.config/fish/completions/traderai.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(INSTALLED)))
@json_option
def command(shell: str, *, as_json: bool) -> None:
    """Print what makes SHELL complete commands, options, markets, strategies and models.

    Example: traderai completion bash
    """
    from traderai_assets.cli.main import cli

    kind = get_completion_class(shell)
    if kind is None:  # Click has the three that are offered above
        raise click.UsageError(f"click completes nothing in {shell}")
    script = kind(cli, {}, "traderai", VARIABLE).source()
    how = INSTALLED[shell]
    answer(
        f"# To install it, type this and open a new shell:\n#   {how}\n{script}",
        as_json=as_json,
        script=script,
        install=how,
    )
