"""`traderai candles`: take candles out or in, or see what is absent."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import click

from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.cli.candle_import import import_file
from traderai_assets.cli.context import open_lake, open_settings, stored_market
from traderai_assets.cli.price_steps import confirm, steps
from traderai_assets.cli.printing import print_rows
from traderai_assets.domain.errors import InvalidInput

WRITERS = {".parquet": "to_parquet", ".csv": "to_csv"}


@click.group()
def command() -> None:
    """Export or import candles, list their gaps, decide on steps in the unit of their prices.

    Example: traderai candles gaps binance:BTC/USDT
    """


command.add_command(import_file)
command.add_command(steps)
command.add_command(confirm)


@command.command()
@click.argument("market")
@click.option("--to", "file", type=click.Path(path_type=Path), required=True)
def export(market: str, file: Path) -> None:
    """Write every stored candle of MARKET to a .parquet or .csv file.

    Example: traderai candles export binance:BTC/USDT --to btc.parquet
    """
    from traderai_assets.schemas.candles import CANDLES

    if file.suffix not in WRITERS:
        raise InvalidInput(f"{file} ends with {file.suffix!r}; expected .parquet or .csv")
    settings = open_settings()
    snapshot = open_lake(settings).snapshot(CANDLES)
    key = stored_market(settings, market, snapshot.markets())
    frame = snapshot.read(key, sorted(snapshot.content_hashes(key)))
    with atomic_write(file) as draft:
        getattr(frame, WRITERS[file.suffix])(draft, index=False)
    click.echo(
        f"{len(frame)} candles of {key}, {frame['open_time'].min():%Y-%m-%d %H:%M} to "
        f"{frame['open_time'].max():%Y-%m-%d %H:%M} UTC, in {file}."
    )


@command.command()
@click.argument("market")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gaps(market: str, *, as_json: bool) -> None:
    """List the stretches of MARKET without candles or trades, why, and what was asked of them.

    Example: traderai candles gaps binance:BTC/USDT
    """
    from traderai_assets.domain.candles.gap_confirmation import asked_for
    from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES

    settings = open_settings()
    lake = open_lake(settings)
    key = stored_market(settings, market, lake.snapshot(CANDLES).markets())
    stored, asks = lake.snapshot(CANDLE_GAPS), lake.snapshot(CANDLE_ASKS)
    frame = stored.read(key, sorted(stored.content_hashes(key)))
    records = asks.read(key, sorted(asks.content_hashes(key)))
    print_rows(
        [_shown(gap) for gap in asked_for(frame, records).to_dict("records")],
        as_json=as_json,
        empty=f"{key} has no gap in what is stored.",
    )


def _shown(gap: dict[Hashable, Any]) -> dict[Hashable, Any]:
    """Return a gap without what it has not; one that was never asked for is due since 1970."""
    import pandas as pd

    row = {name: None if pd.isna(value) else value for name, value in gap.items()}
    due = row["next_ask"]
    return {**row, "next_ask": "at once" if due is not None and due.year == 1970 else due}
