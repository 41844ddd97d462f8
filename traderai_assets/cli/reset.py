"""`traderai reset`: what is stored begins anew, all or a part, after it was shown and typed."""

from dataclasses import asdict
from pathlib import Path

import click

from traderai_assets.cli.models.desk import desk_of
from traderai_assets.cli.printing import answer, json_option, table
from traderai_assets.domain.errors import InvalidInput


@click.command()
@click.option("--jobs", is_flag=True, help="Runs that have ended, with their events and logs.")
@click.option("--registry", is_flag=True, help="Models, backtests, champions, notes, searches.")
@click.option("--signals", is_flag=True, help="Signals, predictions and outcomes.")
@click.option("--snapshots", is_flag=True, help="Signal snapshots.")
@click.option("--drift", is_flag=True, help="Drift metrics.")
@click.option("--performance", is_flag=True, help="Records, looks, changes of state, verdicts.")
@click.option("--tables", is_flag=True, help="All tables, candles included, and searches.")
@click.option("--everything", is_flag=True, help="All of these.")
@click.option("--market", help="Only what is this market's.")
@click.option("--yes", "typed", metavar="WORD", help="The word that is asked for, for scripts.")
@json_option
def command(market: str | None, typed: str | None, *, as_json: bool, **asked: bool) -> None:
    """Delete what is stored, all of it or a part; signals, verdicts and other audit included.

    It shows what would go, and wants a word typed. Typed again after a crash, it goes on.

    Example: traderai reset --drift
    """
    from traderai_assets.cli.dev.home_lock import home_lock
    from traderai_assets.registry.reset import ALL_PARTS, EVERYTHING, refuse_reset, reset, what_goes

    whole = asked.pop(EVERYTHING)
    parts = list(ALL_PARTS) if whole else [part for part in ALL_PARTS if asked[part]]
    if whole and market:
        parts.remove("jobs")  # Which are not kept by market
    if not parts:
        raise InvalidInput(f"say what is to go: --{', --'.join([*ALL_PARTS, EVERYTHING])}")
    word = EVERYTHING if whole else "+".join(parts)
    with desk_of(f"reset {word}") as desk, home_lock(desk.settings, "traderai reset"):
        only = desk.settings.market(market) if market else None
        refuse_reset(desk, parts, only)
        going = what_goes(desk, parts, only)
        gone = [asdict(one) for one in going if one.rows or one.files]
        click.echo(table(gone) or "Nothing.", err=as_json)
        of = f" of {only.key}" if only else ""
        click.echo(
            f"All of it{of} goes for good from {Path(desk.settings.home)}. It is audit, too: what "
            "was signalled, judged and decided cannot be shown afterwards.",
            err=as_json,
        )
        if typed is None:
            ask = f"Type {word} to go on"
            typed = click.prompt(ask, default="", show_default=False, err=as_json)
        if typed.strip() != word:
            raise InvalidInput(f"{typed[:80]!r} is not {word!r}; nothing was deleted")
        reset(desk, parts, only)
    answer(
        f"{word}{of} is reset.", as_json=as_json, reset=word, market=only and only.key, gone=gone
    )
