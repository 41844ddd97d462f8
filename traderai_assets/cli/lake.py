"""`traderai lake`: whether every table is whole, and taking one as it is after a restore."""

import sys
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.context import open_lake, open_settings
from traderai_assets.cli.exit_codes import FAILED
from traderai_assets.cli.printing import answer, json_option, print_rows
from traderai_assets.domain.errors import InvalidInput, LakeError

if TYPE_CHECKING:
    from resources.lake.resource import LakeResource
    from traderai_assets.schemas.tables import Table
    from traderai_assets.settings import Settings


@click.group()
def command() -> None:
    """Check the stored tables, or take one that was restored as it is.

    Example: traderai lake check
    """


@command.command()
@click.option("--rows", is_flag=True, help="Read every row, too, against its content hash.")
@json_option
def check(*, rows: bool, as_json: bool) -> None:
    """Say of each table whether it is whole, without changing anything; exit code 1 if one is not.

    Example: traderai lake check
    """
    from traderai_assets.strategies import tables_of

    settings = open_settings()
    lake = open_lake(settings)
    found = [_row(lake, table, rows=rows) for table in tables_of(settings, lake.remembered())]
    print_rows(found, as_json=as_json, empty="")
    if any(row["wrong"] for row in found):
        sys.exit(FAILED.number)


@command.command()
@click.argument("table")
@click.option("--gone", is_flag=True, help="It is not there, and is to begin anew without rows.")
@json_option
def accept(table: str, *, gone: bool, as_json: bool) -> None:
    """Take TABLE as it is now, such as after a restore: what came later is taken for never stored.

    Example: traderai lake accept candles
    """
    settings = open_settings()
    lake = open_lake(settings)
    place = lake.place(_table(table, settings, lake))
    version = place.accept(gone=gone)
    answer(
        f"{table} is not there and begins anew."
        if version is None
        else f'{table} is taken as it is, at version {version}; "traderai lake check" checks it.',
        as_json=as_json,
        table=table,
        version=version,
    )


def _table(path: str, settings: "Settings", lake: "LakeResource") -> "Table":
    from traderai_assets.strategies import tables_of

    named = {table.path: table for table in tables_of(settings, lake.remembered())}
    if path not in named:
        raise InvalidInput(f"{path[:80]!r} is not a table; expected one of {', '.join(named)}")
    return named[path]


def _row(lake: "LakeResource", table: "Table", *, rows: bool) -> dict[str, Any]:
    version = partitions = None
    try:
        snapshot = lake.snapshot(table)
        version, found = snapshot.version, snapshot.partitions()
        partitions = len(found)
        wrong = _missing(lake, table)
        for market, month in found:
            if rows:
                snapshot.read(market, [month])
            else:
                snapshot.summary(market, month)
    except LakeError as error:
        wrong = str(error)
    return {"table": table.path, "version": version, "partitions": partitions, "wrong": wrong}


def _missing(lake: "LakeResource", table: "Table") -> str:
    missing = lake.missing_files(table)
    if not missing:
        return ""
    from resources.lake.rows import way_out

    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    return f"{lake.place(table).uri}/{missing[0]}{more} is missing; {way_out(table)}"
