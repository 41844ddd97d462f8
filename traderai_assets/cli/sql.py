"""`traderai sql`: one SELECT over all that is stored and all that ran."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.cli.moments import moment_of
from traderai_assets.cli.printing import print_rows
from traderai_assets.domain.errors import InvalidInput

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from traderai_assets.query.relation import Relation

_MOST_SHOWN = 40


@click.command()
@click.argument("statement", required=False)
@click.option("--tables", "lists_tables", is_flag=True, help="List what a statement can name.")
@click.option("--columns", metavar="TABLE", help="List the columns of TABLE, with units.")
@click.option("--market", "markets", multiple=True, help="Read this market's rows alone.")
@click.option("--month", "months", multiple=True, help="Read this month's rows alone: YYYY-MM.")
@click.option("--as-of", metavar="TIME", help="The lake as it was then, UTC.")
@click.option("--csv", "way", flag_value="csv", help="Print CSV, every row.")
@click.option("--json", "way", flag_value="json", help="Print JSON, every row.")
@click.option("--parquet", metavar="FILE", type=click.Path(path_type=Path), help="Write a file.")
def command(
    statement: str | None,
    *,
    lists_tables: bool,
    columns: str | None,
    markets: Sequence[str],
    months: Sequence[str],
    as_of: str | None,
    way: str | None,
    parquet: Path | None,
) -> None:
    """Answer STATEMENT, one SELECT in DuckDB's SQL; nothing that is stored can be changed.

    Example: traderai sql "SELECT symbol, status, current_fold, total_folds FROM training_jobs"
    """
    asked = [bool(statement), lists_tables, bool(columns)]
    if sum(asked) != 1:
        raise click.UsageError("give one statement, or --tables, or --columns TABLE")
    with _relations(markets, months, as_of) as relations:
        if statement:
            _answer(statement, relations, way, parquet)
        elif columns:
            _print_columns(relations, columns, as_json=way == "json")
        else:
            rows = [{"table": one.name, "a row is": one.row} for one in relations.values()]
            print_rows(rows, as_json=way == "json", empty="")


@contextmanager
def _relations(
    markets: Sequence[str], months: Sequence[str], as_of: str | None
) -> Iterator[Mapping[str, "Relation"]]:
    import pandas as pd

    from traderai_assets.domain.months import Month
    from traderai_assets.query.catalogue import relations_of
    from traderai_assets.query.stored import Reach

    settings = open_settings()
    reach = Reach(
        tuple(settings.market(text).key for text in markets),
        tuple(Month.parse(text).key for text in months),
        None if as_of is None else moment_of(as_of, "--as-of"),
    )
    with ExitStack() as stack:
        instance = cache(lambda: stack.enter_context(open_instance(settings)))
        now = pd.Timestamp(reach.as_of or datetime.now(UTC))
        yield relations_of(open_lake(settings), settings, instance, reach=reach, now=now)


def _answer(
    statement: str, relations: Mapping[str, "Relation"], way: str | None, parquet: Path | None
) -> None:
    from traderai_assets.query.engine import Engine

    engine = Engine(relations)
    try:
        answer = engine.answer(statement)
        if parquet is not None:
            click.echo(_write(answer, parquet))
        else:
            _PRINTERS[way](answer)
    finally:
        engine.close()


def _write(answer: "DuckDBPyRelation", file: Path) -> str:
    import pyarrow.parquet as pq

    from traderai_assets.cli.atomic_write import atomic_write

    rows = answer.to_arrow_table()
    with atomic_write(file) as draft:
        pq.write_table(rows, draft, compression="zstd")
    return f"{rows.num_rows} rows of {rows.num_columns} columns are in {file}"


def _print_table(answer: "DuckDBPyRelation") -> None:
    rows = [
        dict(zip(answer.columns, row, strict=True))
        for row in answer.limit(_MOST_SHOWN + 1).fetchall()
    ]
    if not rows:
        click.echo("no row")
        return
    print_rows(rows[:_MOST_SHOWN], as_json=False, empty="")
    if len(rows) > _MOST_SHOWN:
        more = f"{answer.count('*').fetchall()[0][0] - _MOST_SHOWN:,}"
        click.echo(
            f"... and {more} more: add LIMIT, or print all with --csv, --json or --parquet FILE"
        )


def _rows(answer: "DuckDBPyRelation", found: list[Any]) -> list[dict[str, Any]]:
    return [dict(zip(answer.columns, row, strict=True)) for row in found]


def _print_csv(answer: "DuckDBPyRelation") -> None:
    click.echo(answer.df().to_csv(index=False), nl=False)


def _print_json(answer: "DuckDBPyRelation") -> None:
    rows = _rows(answer, answer.fetchall())
    click.echo(json.dumps(rows, default=_plain, indent=2))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


_PRINTERS: dict[str | None, Callable[["DuckDBPyRelation"], None]] = {
    None: _print_table,
    "csv": _print_csv,
    "json": _print_json,
}


def _print_columns(relations: Mapping[str, "Relation"], name: str, *, as_json: bool) -> None:
    if name not in relations:
        raise InvalidInput(f'there is no table {name[:60]!r}; "traderai sql --tables" lists them')
    rows: list[dict[str, Any]] = [
        {"column": one.name, "type": one.kind, "says": one.description}
        for one in relations[name].columns
    ]
    print_rows(rows, as_json=as_json, empty="")
