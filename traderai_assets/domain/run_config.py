"""Run config: the few things that may be said of a single run; all else is the settings'.

Run config comes from whoever can reach the web server. By it Dagster would let a run ask another
host, write another table or open a file, so it is an allow-list: a field of an op that stands in
the table, with a value of its kind. A text is of no kind: it could name a host, a path or a table,
and `{env: NAME}` a secret. But a list may hold keys of markets, each of which is read as one.
"""

from collections.abc import Iterator, Mapping

from traderai_assets.domain.errors import InvalidMarket
from traderai_assets.domain.markets import Market
from traderai_assets.domain.plain_text import plain_line


class MarketKeys:
    """The kind of a list that holds keys of markets and nothing else."""


Kinds = tuple[type, ...]
Allowed = Mapping[str, Mapping[str, Kinds]]
MOST_NAMED = 5
_NUMBER: Kinds = (int, float)
# Op -> field -> kinds of value. A test holds it to what the ops declare.
RUN_CONFIG: Allowed = {
    "candles": {"refetch": (bool,), "by_schedule": (bool,)},
    "maintain_tables": {"keep_days": _NUMBER},
    "update_markets": {"markets": (MarketKeys,)},
}


def refused_run_config(config: object, allowed: Allowed = RUN_CONFIG) -> str | None:
    """Return what a run may not be told, in one sentence without any value; None where all is well.

    Parameters
    ----------
    config : object
        The run config as it was sent; empty parts of it say nothing and are no fault.
    """
    refused = sorted(
        {_written(path) for path, value in _told(config) if not _may_be_told(path, value, allowed)}
    )
    if not refused:
        return None
    named = ", ".join(refused[:MOST_NAMED])
    more = f" and {len(refused) - MOST_NAMED} more" if len(refused) > MOST_NAMED else ""
    fields = (f"ops.{op}.config.{field}" for op, fields in allowed.items() for field in fields)
    return (
        f"run config may not set {named}{more}: hosts, paths, tables and the way a run is executed "
        "are those of traderai.toml and the TRADERAI_* environment, whoever launches it; what a "
        f"run may be told is {', '.join(fields)}, as true, false, a number, or keys of markets"
    )


def _told(
    value: object, path: tuple[object, ...] = ()
) -> Iterator[tuple[tuple[object, ...], object]]:
    """Yield each value with the names that lead to it; what is empty has none."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _told(part, (*path, name))
    elif value is not None and value != []:
        yield path, value


def _may_be_told(path: tuple[object, ...], value: object, allowed: Allowed) -> bool:
    match path:
        case ("ops", str(op), "config", str(field)):
            return _kind(value) in allowed.get(op, {}).get(field, ())
        case _:
            return False


def _kind(value: object) -> type:
    """Return the kind of a value; True is no number here."""
    return MarketKeys if isinstance(value, list) and all(map(_is_market, value)) else type(value)


def _is_market(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(Market.parse(value))
    except InvalidMarket:
        return False


def _written(path: tuple[object, ...]) -> str:
    return plain_line(".".join(map(str, path)) or "itself to one value", most=80)
