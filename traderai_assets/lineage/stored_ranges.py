"""A range of rows beside what the log says is stored of it: no row is read for that."""

from collections.abc import Iterable

from traderai_assets.domain.lineage.forward import Range
from traderai_assets.domain.markets import Market
from traderai_assets.lineage.stored_rows import LoadedTables, Row
from traderai_assets.schemas.tables import ALL_MONTHS, Table


def stored_range(
    tables: LoadedTables, market: Market, table: Table, one: Range, *, whole: bool = False
) -> Row:
    """Return a range beside what the log says is stored of it; no row is read.

    `rows` is None where the log cannot say how many of a partition's rows lie in the range.
    """
    month = one.month.key if table.monthly else ALL_MONTHS
    stored = tables.look(table).summary(market, month)
    first, until = one.first, one.until
    rows: int | None = 0
    if stored.rows and (whole or stored.first is None or stored.last is None):
        rows = stored.rows
    elif stored.first is not None and stored.last is not None:
        met = stored.first < until and stored.last >= first
        held = first <= stored.first and stored.last < until
        rows = stored.rows if held else (None if met else 0)
        if met and not whole:
            first = max(first, stored.first)
            until = min(until, stored.last + market.bar)
    return {
        "table": tables.path(table),
        "month": month,
        "first": first,
        "until": until,
        "rows": rows,
        "stored": stored.content_hash if rows != 0 else "",
        "made_anew": one.remade,
        "why": one.why,
    }


def stored_only(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of which something is stored."""
    return [row for row in rows if row["rows"] != 0]
