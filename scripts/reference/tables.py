"""The page of tables: columns with kind, unit, limits and meaning, as their schemas have them."""

import math
from collections.abc import Iterator
from typing import Any

from scripts.reference.markdown import code, summary, table
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.tables import TIMESTAMP, Table

_HEAD = """# Tables

What is stored, as Delta tables of the lake (`traderai sql`, [queries](../queries.md)). Every
table has, as the lake adds them, the columns `market`, `month` and `content_hash` of its
partition. A number is in the unit that its meaning names; times are UTC, to the millisecond. "may
be null" says that a row may lack it.

"""
_KINDS = {TIMESTAMP: "time", "float64": "number", "str": "text", "object": "bytes", "bool": "truth"}
_WORDS = {
    "greater_than": "above {min_value:g}",
    "greater_than_or_equal_to": "at least {min_value:g}",
    "less_than": "below {max_value:g}",
    "less_than_or_equal_to": "at most {max_value:g}",
}


def tables_page() -> str:
    """Return the page."""
    names = ", ".join(f"[{one.name}](#{one.name})" for one in TABLES)
    return _HEAD + f"{names}\n\n" + "\n".join(map(_section, TABLES))


def _section(one: Table) -> str:
    parted = "a partition a market and month" if one.monthly else "a partition a market"
    facts = [
        parted if one.by_market else "one partition",
        f"key {', '.join(map(code, one.key))}",
        *(["one for each strategy"] if one.of_strategy else []),
        *(["rows are added, or kept: no run can make it again"] if one.keeps_history else []),
    ]
    rows = ([code(name), *_told(one, name)] for name in one.dtypes)
    return (
        f"## {one.name}\n\n{summary(one.schema.description)} {'; '.join(facts).capitalize()}.\n\n"
        + table(["column", "kind", "limits", "meaning"], rows)
    )


def _told(one: Table, name: str) -> list[str]:
    column: Any = one.schema.columns[name]
    kind = _KINDS.get(one.dtypes[name], "whole number")
    limits = [text for check in column.checks for text in _limits(check)]
    limits += ["may be null"] if column.nullable else []
    return [kind, ", ".join(limits), column.description]


def _limits(check: Any) -> Iterator[str]:
    told = check.statistics or {}
    if check.name in _WORDS and all(math.isfinite(value) for value in told.values()):
        yield _WORDS[check.name].format(**told)
    elif check.name == "isin":
        yield "one of " + ", ".join(code(value) for value in told["allowed_values"])
