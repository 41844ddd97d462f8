"""Troubles: a page that cannot be shown says why in one line, and what to do next."""

from traderai_assets.board.sources import NothingYet
from traderai_assets.board.views.asked import Asked
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.pages.parts import Page, Part, Section, Words

NOT_FOUND, CANNOT_NOW, FAULT = 404, 503, 500


def trouble_page(asked: Asked, told: str, status: int) -> Page:
    """Return the page in place of the one that cannot be shown."""
    titles = {NOT_FOUND: "There is no such page", FAULT: "A fault of the board's"}
    parts: list[Part] = [Words([told], "bad")]
    return asked.page(
        titles.get(status, "This cannot be shown now"),
        f"{asked.path} was asked for.",
        [Section("trouble", "What is wrong", parts)],
    )


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error that can be told to a person."""
    if isinstance(error, NothingYet):
        return 200
    return NOT_FOUND if isinstance(error, InvalidInput) else CANNOT_NOW


def not_found_page(asked: Asked) -> Page:
    """Refuse a path that leads nowhere.

    Raises
    ------
    InvalidInput
        Always.
    """
    raise InvalidInput(f"no page of the board is at {asked.path[:100]}; the menu has them all")
