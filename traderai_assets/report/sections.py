"""Sections by name: those that were asked for, or all."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.pages.parts import Section

Facts = TypeVar("Facts")


def chosen_sections(
    known: Mapping[str, Callable[[Facts], Section]], names: Sequence[str]
) -> list[Callable[[Facts], Section]]:
    """Return what makes the sections of these names, in their order; of all where there is none.

    Raises
    ------
    InvalidInput
        If a name is not known, or stands twice.
    """
    for name in names:
        if name not in known:
            raise InvalidInput(
                f"there is no section {name[:40]!r} in this report; it has {', '.join(known)}"
            )
        if names.count(name) > 1:
            raise InvalidInput(f"section {name!r} is named {names.count(name)} times; name it once")
    return [known[name] for name in names or known]
