"""`traderai strategies retire` and `register`: a person ends a strategy, or takes that back."""

from typing import TYPE_CHECKING

import click

from traderai_assets.cli.account import account_name
from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.cli.printing import answer, json_option
from traderai_assets.domain.errors import InvalidInput, TraderAIError

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from traderai_assets.domain.strategies.strategy import Strategy

_MOST = 300


@click.command()
@click.argument("strategy")
@click.option("--reason", required=True, help="Why, in a sentence; it is kept.")
@click.option("--yes", is_flag=True, help="Do not ask for the name.")
@json_option
def retire(strategy: str, reason: str, *, yes: bool, as_json: bool) -> None:
    """End STRATEGY: it speaks no more and nothing of it is made; it stays counted.

    Example: traderai strategies retire fast --reason "its venue is closing"
    """
    if not yes:
        typed = click.prompt(
            f"Strategy {strategy} will speak for no market, and be trained and judged no more. Its "
            "record, its looks and its place among all strategies stay.\nType its name to go on",
            default="",
            show_default=False,
            err=as_json,
        )
        if typed.strip() != strategy:
            raise InvalidInput(f"{typed[:80]!r} is not {strategy!r}; nothing was changed")
    _change(strategy, reason, ends=True, as_json=as_json)


@click.command()
@click.argument("strategy")
@click.option("--reason", required=True, help="Why, in a sentence; it is kept.")
@json_option
def register(strategy: str, reason: str, *, as_json: bool) -> None:
    """Have STRATEGY judged on after it was retired; no look and no suspension is forgotten.

    Example: traderai strategies register fast --reason "another venue has it"
    """
    _change(strategy, reason, ends=False, as_json=as_json)


def _change(name: str, reason: str, *, ends: bool, as_json: bool) -> None:
    from traderai_assets.domain.plain_text import plain_line
    from traderai_assets.registry.retirement import change_by_hand
    from traderai_assets.strategies import strategy_named

    settings = open_settings()
    strategy = strategy_named(settings, name)
    with open_instance(settings) as instance:
        _refuse_while_at_work(instance, strategy)
        change = change_by_hand(
            open_lake(settings),
            instance,
            strategy,
            ends=ends,
            reason=plain_line(reason, most=_MOST),
            by=account_name(),
        )
    answer(
        f"{name} is {change.after} since {change.day:%Y-%m-%d}, and was {change.before}.\n"
        'Who speaks is chosen anew by a sensor; see "traderai strategies champions".',
        as_json=as_json,
        strategy=name,
        state=change.after,
        before=change.before,
        since=f"{change.day:%Y-%m-%d}",
    )


def _refuse_while_at_work(instance: "DagsterInstance", strategy: "Strategy") -> None:
    """Raise TraderAIError, naming them, where runs write anything of the strategy."""
    from traderai_assets.instance.run_coordinator import strategies_written
    from traderai_assets.instance.run_states import unfinished
    from traderai_assets.instance.strategy_writers import selected

    own = {strategy.folder} if strategy.folder else set()
    at_work = [
        record.dagster_run
        for record in unfinished(instance)
        if not (named := set(strategies_written(selected(record.dagster_run)))) or named & own
    ]
    if at_work:
        ways = " and ".join(f'"traderai runs cancel {run.run_id[:8]}"' for run in at_work)
        runs = ", ".join(f"{run.job_name} {run.run_id[:8]}" for run in at_work)
        raise TraderAIError(
            f"strategy {strategy.name} was not changed, since {runs} may write what is its own: "
            f"end that with {ways}, or wait for it, and do it again"
        )
