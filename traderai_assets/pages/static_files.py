"""The styles and scripts of pages, ours and vendored: inside a page, or served beside it."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

_HERE = Path(__file__).parent
_CHARTS = ("lightweight-charts.standalone.production.js", "uPlot.iife.min.js")
SCRIPTS = (*_CHARTS, "page.js")
STYLES = ("uPlot.min.css", "page.css")
_LICENCES = {
    "lightweight-charts 5.2.1": "lightweight-charts.LICENSE",
    "uPlot 1.6.32": "uPlot.LICENSE",
}
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@dataclass(frozen=True)
class InlineFiles:
    """What stands inside a page of one file.

    Attributes
    ----------
    style : Markup
    scripts : tuple of Markup
        In the order in which they run.
    licences : tuple of (str, str)
        Name and text, of each vendored file.
    """

    style: Markup
    scripts: tuple[Markup, ...]
    licences: tuple[tuple[str, str], ...]


@cache
def inline_files(*, charts: bool) -> InlineFiles:
    """Return what a page holds; without charts neither their scripts nor their licences."""
    scripts = SCRIPTS if charts else tuple(name for name in SCRIPTS if name not in _CHARTS)
    return InlineFiles(
        style=_inside("style", "\n".join(_text(name) for name in STYLES)),
        scripts=tuple(_inside("script", _text(name)) for name in scripts),
        licences=tuple((name, _text(file)) for name, file in _LICENCES.items()) if charts else (),
    )


def policy_of(files: InlineFiles) -> str:
    """Return the policy of a page of one file: its own scripts, by their hashes, and no request."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in files.scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def served_files() -> dict[str, tuple[bytes, str]]:
    """Return name to (content, content type) of the files that a served page asks for."""
    return {name: (_text(name).encode(), _KINDS[Path(name).suffix]) for name in (*SCRIPTS, *STYLES)}


def _text(name: str) -> str:
    for folder in ("static", "vendored"):
        file = _HERE / folder / name
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise FileNotFoundError(
        f"{name} is missing from {_HERE}: the installation is not whole; install the wheel again"
    )


def _inside(tag: str, text: str) -> Markup:
    if f"</{tag}" in text.lower():
        raise ValueError(f"a {tag} of a page holds </{tag}, which would end it")
    return Markup(text)  # noqa: S704  # a file of the installation


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(str(script).encode()).digest()).decode()
