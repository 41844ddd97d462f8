"""The pages that people read, taken apart: headings, links, fences and the commands in the text."""

import re
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted(
    [REPOSITORY / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
    + list((REPOSITORY / "docs").rglob("*.md"))
)
NAMES = [str(page.relative_to(REPOSITORY)) for page in PAGES]
_FENCE = re.compile(
    r"^(?P<mark>```+)(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=mark)$", re.M | re.S
)
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?(?P<target>[^)\s>]+)>?[^)]*\)")
_COMMAND = re.compile(r"`(traderai [^`]+)`")


class Fence(NamedTuple):
    """A block of code on a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def fences(*languages: str) -> list[Fence]:
    """Every block of one of the languages, "" where none is named; or of all of them."""
    found = []
    for name, page in zip(NAMES, PAGES, strict=True):
        text = page.read_text()
        for match in _FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Fence(name, line, match["language"], match["text"]))
    return [one for one in found if one.language in languages or not languages]


def prose(page: Path) -> str:
    """Leave out the blocks of code."""
    return _FENCE.sub("", page.read_text())


def links(page: Path) -> list[str]:
    """List what a page links to on this machine, pictures included."""
    targets = [match["target"] for match in _LINK.finditer(prose(page))]
    return [one for one in targets if not re.match(r"[a-z]+:", one)]


def anchors(page: Path) -> set[str]:
    """Name the headings as GitHub does: lower case, no punctuation, a hyphen for a blank."""
    headings = re.findall(r"^#+ +(.+?) *#*$", prose(page), re.M)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    named: set[str] = set()
    for heading in plain:
        anchor = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
        repeated = sum(one == anchor or one.startswith(f"{anchor}-") for one in named)
        named.add(f"{anchor}-{repeated}" if anchor in named else anchor)
    return named


def commands_in_prose() -> list[tuple[str, str]]:
    """Every `traderai ...` in the text of a page, with the page."""
    return [
        (name, command)
        for name, page in zip(NAMES, PAGES, strict=True)
        for command in _COMMAND.findall(prose(page))
    ]
