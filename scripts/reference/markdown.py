"""Markdown: tables, and texts of docstrings as paragraphs."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; a cell's `|` and line ends are made harmless."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines) + "\n"


def code(text: object) -> str:
    """Return a word as code; nothing where there is none."""
    return f"`{text}`" if str(text) else ""


def paragraphs(text: str) -> str:
    """Return a docstring with its lines joined to paragraphs."""
    parts = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(part.split()) for part in parts)


def summary(text: str | None) -> str:
    """Return the first paragraph of a docstring."""
    return paragraphs(text or "").split("\n\n", 1)[0]


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
