"""`traderai reproduce`: make a stored model again, and see that every byte is the same."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from traderai_assets.cli.context import open_lake, open_settings
from traderai_assets.cli.exit_codes import FAILED
from traderai_assets.cli.printing import answer, json_option

if TYPE_CHECKING:
    from traderai_assets.domain.training.progress import Progress

SECONDS_BETWEEN_LINES = 5.0


@click.command()
@click.argument("model_id")
@click.option("--strategy", help="Whose model it is; default: looked for in all strategies.")
@json_option
def command(model_id: str, strategy: str | None, *, as_json: bool) -> None:
    """Train MODEL_ID again, on the rows it was trained on, and compare the two byte for byte.

    The first characters of an id will do. Nothing is stored. Exit code 1 says that they differ.

    Example: traderai reproduce 3f2a9c51
    """
    from traderai_assets.registry.reproduction import (
        differences,
        reasons_to_differ,
        train_again,
    )
    from traderai_assets.registry.stored_models import find_model
    from traderai_assets.strategies import strategies_of, strategy_named

    settings = open_settings()
    lake = open_lake(settings)
    among = strategies_of(settings) if strategy is None else [strategy_named(settings, strategy)]
    stored = find_model(lake, model_id, among)
    generation = int(stored.row["generation"])
    whose = f"strategy {stored.strategy.name}, " if stored.strategy.folder else ""
    click.echo(
        f"Model {stored.model_id}: {whose}{stored.market.key}, serves {stored.served.key}, "
        f"generation {generation}.",
        err=as_json,
    )
    reasons = list(reasons_to_differ(stored.card))
    for reason in reasons:
        click.echo(f"{reason} Other bytes are to be expected.", err=as_json)
    found = differences(stored, train_again(lake.of(stored.strategy), stored, _report()))
    told = "Trained again: other bytes." if found else "Trained again: the same bytes."
    answer(
        "\n  ".join([told, *found]),
        as_json=as_json,
        model=stored.model_id,
        same=not found,
        differs=list(found),
        expected_to=reasons,
    )
    if found:
        sys.exit(FAILED.number)


def _report() -> Callable[["Progress"], None]:
    """Return what prints how far the training is, every few seconds and not to the result."""
    from traderai_assets.runs.progress import progress_text

    last = time.monotonic()

    def print_line(progress: "Progress") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES:
            last = now
            click.echo(progress_text(progress), err=True)

    return print_line
