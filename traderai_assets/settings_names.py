"""The names of settings, as a file and as the environment write them, and the nearest right one.

All names are derived from the settings themselves: nothing is listed here.
"""

import re
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

PREFIX = "TRADERAI_"
NESTED = "__"
# Variables of ours that are no settings: the tests' own
NOT_SETTINGS = ("TRADERAI_TEST_",)

_NEAR = 0.6


def sections_of(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Sections of the settings, by name."""
    return {
        name: field.annotation
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def named_sections_of(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Sections of which a file has any number, each under a name of its own, by their heading."""
    found = {}
    for name, field in model.model_fields.items():
        *_, kind = get_args(field.annotation) or (None,)
        if get_origin(field.annotation) is dict and isinstance(kind, type):
            found[name] = kind
    return {name: kind for name, kind in found.items() if issubclass(kind, BaseModel)}


def annotations_of(model: type[BaseModel]) -> dict[str, Any]:
    """Type of every setting by its dotted name, sections included."""
    found: dict[str, Any] = {name: field.annotation for name, field in model.model_fields.items()}
    for name, section in sections_of(model).items():
        found |= {f"{name}.{key}": kind for key, kind in annotations_of(section).items()}
    return found


def variable_of(name: str) -> str:
    """Name of the environment variable of a setting: TRADERAI_COSTS__FEE_RATE."""
    return PREFIX + name.upper().replace(".", NESTED)


def name_of(variable: str) -> str:
    """Dotted name that an environment variable stands for, be it one or not."""
    return variable[len(PREFIX) :].lower().replace(NESTED, ".")


def is_ours(variable: str) -> bool:
    """Whether an environment variable claims to be a setting; case does not matter to it."""
    upper = variable.upper()
    return upper.startswith(PREFIX) and not upper.startswith(NOT_SETTINGS)


def is_json(annotation: Any) -> bool:
    """Whether the environment writes values of this type as JSON."""
    if get_origin(annotation) in (Union, UnionType):
        return any(is_json(part) for part in get_args(annotation))
    kind = get_origin(annotation) or annotation
    return isinstance(kind, type) and issubclass(kind, tuple | list | dict | BaseModel)


def nearest(name: str, model: type[BaseModel]) -> str | None:
    """The setting most likely meant by a dotted name that is none; None where none is near."""
    names = [one for one in annotations_of(model) if one not in sections_of(model)]
    plain = {_plain(one): one for one in names}
    leaves = {_plain(one.rpartition(".")[2]): one for one in names}
    wanted, leaf = _plain(name), _plain(name.rpartition(".")[2])
    for pool, text in ((plain, wanted), (leaves, wanted), (leaves, leaf)):
        if text in pool:
            return pool[text]
    for pool, text in ((plain, wanted), (leaves, leaf)):
        close = get_close_matches(text, pool, n=1, cutoff=_NEAR)
        if close:
            return pool[close[0]]
    return None


def _plain(name: str) -> str:
    """A name without what people mistake: case, dots, dashes, and how many underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
