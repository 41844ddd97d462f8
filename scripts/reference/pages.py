"""The pages of the reference: their names, their texts, and which of them are not up to date."""

from collections.abc import Callable
from pathlib import Path

from scripts.reference.assets import assets_page
from scripts.reference.checks import checks_page
from scripts.reference.commands import commands_page
from scripts.reference.reasons import reasons_page
from scripts.reference.settings import settings_page
from scripts.reference.tables import tables_page

FOLDER = Path("docs/reference")
ROOT = Path(__file__).parents[2]
PAGES: dict[str, Callable[[], str]] = {
    "assets.md": assets_page,
    "checks.md": checks_page,
    "commands.md": commands_page,
    "reasons.md": reasons_page,
    "settings.md": settings_page,
    "tables.md": tables_page,
}
_NOTE = "<!-- Written from the code by `make docs`; edit the code instead. -->\n\n"


def text_of(name: str) -> str:
    """Return a page as the code says it."""
    return _NOTE + PAGES[name]().rstrip() + "\n"


def differing() -> list[str]:
    """Name the pages that are absent, or are not what the code says."""
    files = {name: ROOT / FOLDER / name for name in PAGES}
    return [
        name
        for name, file in files.items()
        if not file.exists() or file.read_text() != text_of(name)
    ]


def write_pages() -> None:
    """Write every page."""
    (ROOT / FOLDER).mkdir(exist_ok=True)
    for name in PAGES:
        (ROOT / FOLDER / name).write_text(text_of(name))
