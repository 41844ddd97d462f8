"""`traderai candles`: take candles out or in, or see what is absent."""

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.cli.candle_import import import_file
from traderai_assets.cli.context import open_lake, open_settings, stored_market
from traderai_assets.cli.price_steps import confirm, steps
from traderai_assets.cli.printing import answer, json_option, print_rows
from traderai_assets.cli.progress_bars import each
from traderai_assets.domain.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

    from resources.lake.snapshot import LakeSnapshot

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
@json_option
def export(market: str, file: Path, *, as_json: bool) -> None:
    """Write every stored candle of MARKET to a .parquet or .csv file.

    Example: traderai candles export binance:BTC/USDT --to btc.parquet
    """
    from traderai_assets.schemas.candles import CANDLES

    if file.suffix not in WRITERS:
        raise InvalidInput(f"{file} ends with {file.suffix!r}; expected .parquet or .csv")
    settings = open_settings()
    snapshot = open_lake(settings).snapshot(CANDLES)
    key = stored_market(settings, market, snapshot.markets())
    frame = read_months(snapshot, key, sorted(snapshot.content_hashes(key)))
    with atomic_write(file) as draft:
        getattr(frame, WRITERS[file.suffix])(draft, index=False)
    first, last = frame["open_time"].min(), frame["open_time"].max()
    answer(
        f"{len(frame)} candles of {key}, {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC, in "
        f"{file}.",
        as_json=as_json,
        market=key,
        candles=len(frame),
        first=first.isoformat(),
        last=last.isoformat(),
        file=str(file),
    )


def read_months(snapshot: "LakeSnapshot", key: str, months: list[str]) -> "pd.DataFrame":
    """Read the rows of a market's months, with a bar where a person waits for it."""
    import pandas as pd

    frames = [snapshot.read(key, [month]) for month in each(months, f"reading {key}", len(months))]
    return pd.concat(frames, ignore_index=True) if frames else snapshot.read(key, months)


@command.command()
@click.argument("market")
@json_option
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
