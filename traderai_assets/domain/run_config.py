"""Run config: the few things that may be said of a single run; all else is the settings'.

Run config comes from whoever can reach the web server. By it Dagster would let a run ask another
host, write another table or open a file, so it is an allow-list: a field of an op that stands in
the table, with a value of its kind. A text is of no kind by itself: it could name a host, a path or
a table, and `{env: NAME}` a secret. But keys of markets are read as such, ids of models are
hexadecimal, and a person's words are only ever stored beside what they explain.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from traderai_assets.domain.errors import InvalidMarket
from traderai_assets.domain.markets import Market
from traderai_assets.domain.plain_text import plain_line


class MarketKeys:
    """The kind of a list that holds keys of markets and nothing else."""


class MarketKey:
    """The kind of a text that is the key of one market."""


class ModelIds:
    """The kind of a list that holds ids of models, or the beginnings of some."""


class ModelId:
    """The kind of a text that is the id of one model, or the beginning of one."""


class StrategyName:
    """The kind of a text that may be the name of a strategy; no asset or table is called so."""


class Words:
    """The kind of a person's words: one plain line."""


MOST_WORDS = 300
_MODEL_ID = re.compile(r"[0-9a-f]{6,32}", re.ASCII)
_STRATEGY = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
Kinds = tuple[type, ...]
Allowed = Mapping[str, Mapping[str, Kinds]]
MOST_NAMED = 5
_NUMBER: Kinds = (int, float)
# Op -> field -> kinds of value. A test holds it to what the ops declare.
RUN_CONFIG: Allowed = {
    "candles": {"refetch": (bool,), "by_schedule": (bool,)},
    "maintain_tables": {"keep_days": _NUMBER},
    "update_markets": {"markets": (MarketKeys,)},
    "promote_champion": {
        "model": (ModelId,),
        "market": (MarketKey,),
        "reason": (Words,),
        "by": (Words,),
    },
    "roll_back_champion": {"market": (MarketKey,), "reason": (Words,), "by": (Words,)},
    "delete_market_models": {
        "models": (ModelIds,),
        "market": (MarketKey,),
        "reason": (Words,),
        "by": (Words,),
    },
    "keep_last_market_models": {
        "newest": (int,),
        "market": (MarketKey,),
        "strategy": (StrategyName,),
        "apply": (bool,),
        "reason": (Words,),
        "by": (Words,),
    },
    "note_market_model": {
        "model": (ModelId,),
        "market": (MarketKey,),
        "text": (Words,),
        "by": (Words,),
    },
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
        f"run may be told is {', '.join(fields)}, as true, false, a number, keys of markets, ids "
        "of models, the name of a strategy, or words of a person in one line"
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
            return any(_is_of(value, kind) for kind in allowed.get(op, {}).get(field, ()))
        case _:
            return False


def _is_of(value: object, kind: type) -> bool:
    """Whether a value is of a kind; True is no number here."""
    check = CHECKED_KINDS.get(kind)
    return type(value) is kind if check is None else check(value)


def _is_model(value: object) -> bool:
    return isinstance(value, str) and bool(_MODEL_ID.fullmatch(value))


def _is_market(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(Market.parse(value))
    except InvalidMarket:
        return False


def _written(path: tuple[object, ...]) -> str:
    return plain_line(".".join(map(str, path)) or "itself to one value", most=80)


def _is_strategy(value: object) -> bool:
    return isinstance(value, str) and bool(_STRATEGY.fullmatch(value))


def _are_words(value: object) -> bool:
    return isinstance(value, str) and plain_line(value, most=MOST_WORDS) == value


def _each(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(check, value))


CHECKED_KINDS: Mapping[type, Callable[[object], bool]] = {
    MarketKey: _is_market,
    MarketKeys: _each(_is_market),
    ModelId: _is_model,
    ModelIds: _each(_is_model),
    StrategyName: _is_strategy,
    Words: _are_words,
}
"""Kinds of texts and lists, each read as what it says, or only ever stored as words."""
