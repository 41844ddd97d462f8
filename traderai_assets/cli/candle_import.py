"""`traderai candles import`: candles out of files that Freqtrade or others wrote."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.account import account_name
from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.cli.printing import print_rows, table
from traderai_assets.domain.errors import InvalidInput

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from traderai_assets.ingest.candle_import import ImportedMonth
    from traderai_assets.settings import Settings

_MOST_SHOWN = 10


@click.command("import")
@click.argument("place", metavar="FILE_OR_FOLDER", type=click.Path(path_type=Path))
@click.option("--market", required=True, help="Whose candles they are, such as binance:BTC/USDT.")
@click.option("--replace", is_flag=True, help="Lay the file's values over stored ones that differ.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a row a month.")
def import_file(place: Path, market: str, *, replace: bool, as_json: bool) -> None:
    """Store the candles of a file, or of a market's file in a folder, that Freqtrade wrote.

    Feather, Parquet, JSON and gzipped JSON. They are judged as the exchange's are; what is stored
    stays, and how it differs is shown, unless --replace is given. What the file lacks is asked for.

    Example: traderai candles import user_data/data/binance --market binance:BTC/USDT
    """
    from resources.candle_files.finding import candle_file
    from resources.candle_files.reading import read_candle_file
    from traderai_assets.definitions import build_definitions
    from traderai_assets.ingest.candle_import import CandleImport

    settings = open_settings()
    wanted = settings.market(market)
    _refuse_sandbox(settings)
    file = read_candle_file(candle_file(place, wanted))
    with open_instance(settings) as instance:
        _require_kept(instance, settings, wanted.key)
        asked = CandleImport(
            file,
            wanted,
            open_lake(settings),
            instance,
            build_definitions(settings=settings).resolve_assets_def("candles"),
            replace=replace,
            now=datetime.now(UTC),
            by=account_name(),
        )
        months = list(asked.months())
    if as_json:
        print_rows([_shown(month, replace) for month in months], as_json=True, empty="")
        return
    click.echo(f"{file.path}: {file.form}, sha256 {file.sha256}")
    click.echo(table([_shown(month, replace) for month in months]))
    _show_differences(months, replace=replace)
    first, last = months[0].month, months[-1].month
    click.echo(
        f"Stored as {wanted.key}. What is absent was never asked for, and nothing is believed of "
        f'it: "traderai backfill {wanted.key} --since {first}-01" asks the exchange, and makes '
        f"features and labels of {first} to {last}."
    )


def _refuse_sandbox(settings: "Settings") -> None:
    """Raise where the home is a sandbox's: what it simulates must not be continued with a file."""
    from traderai_assets.cli.sandbox.origin import SandboxOrigin

    origin = SandboxOrigin.of(settings)
    if origin is not None:
        raise InvalidInput(
            f"{settings.home} holds {origin.label}, and a file's candles do not belong among "
            "them; import into a home of its own with TRADERAI_HOME=FOLDER"
        )


def _require_kept(instance: "DagsterInstance", settings: "Settings", key: str) -> None:
    """Raise where the market is not kept: nobody would fetch what the file lacks."""
    from traderai_assets.instance.kept_markets import add_market, kept_markets
    from traderai_assets.partitions import MARKETS

    kept = kept_markets(instance, settings)
    if key not in kept:
        raise InvalidInput(
            f"{key} is not kept; kept are {', '.join(kept) or 'no markets'}: name it in markets of "
            f'traderai.toml, or type "traderai markets add {key}"'
        )
    if not instance.has_dynamic_partition(MARKETS, key):  # No sensor has run yet
        add_market(instance, settings, key)


def _shown(month: "ImportedMonth", replace: bool) -> dict[str, Any]:
    compared = month.compared
    return {
        "month": month.month,
        "in_file": month.in_file,
        "new": len(compared.new),
        "same": compared.same,
        "replaced" if replace else "left_as_stored": len(compared.others),
        "refused": month.refused,
        "absent": month.absent_bars,
    }


def _show_differences(months: "list[ImportedMonth]", *, replace: bool) -> None:
    found = [month.compared.differences for month in months]
    bars = sum(len(month.compared.others) for month in months)
    if not bars:
        return
    import pandas as pd

    rows = pd.concat(found, ignore_index=True).head(_MOST_SHOWN)
    told = (
        "have the file's values now; the former are kept in candle_quarantine as superseded"
        if replace
        else "were left as they are stored; --replace lays the file's values over them"
    )
    click.echo(f"{bars} bars are stored with other values and {told}. The first differences:")
    click.echo(table(rows.to_dict("records")))
