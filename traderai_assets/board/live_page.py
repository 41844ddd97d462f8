"""A page that refreshes itself: the renderer's, with what it was made of and a listener."""

from functools import cache
from hashlib import blake2b
from html import escape
from pathlib import Path
from typing import NamedTuple

from traderai_assets.pages.parts import Page
from traderai_assets.pages.render import render
from traderai_assets.pages.static_files import served_files

STATIC = "/static"
_SCRIPT = "refresh.js"
# No frame, no form, no other host; charts set styles of their own elements
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def live_page(page: Page, seen: str) -> str:
    """Return a page as HTML that is shown anew when what it shows has changed.

    Parameters
    ----------
    page : Page
    seen : str
        Digest of the marks it was made of.
    """
    html = render(page, standalone=False, static=STATIC)
    meta = f'<meta name="traderai-seen" content="{escape(seen)}">\n</head>'
    script = f'<script src="{STATIC}/{_SCRIPT}" defer></script>\n</body>'
    sign = '<p class="connection" id="connection">no updates</p>\n</header>'
    html = html.replace("</title>", " - TraderAI</title>", 1)
    for end, ours in (("</head>", meta), ("</header>", sign), ("</body>", script)):
        before, found, after = html.partition(end)
        if not found:
            raise ValueError(f"the template of pages has no {end}, where the board adds its own")
        html = before + ours + after
    return html


class StaticFile(NamedTuple):
    """A file that pages ask for: its content, the type of it, and a tag that goes with it."""

    content: bytes
    kind: str
    tag: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Return all files that pages of the board ask for, by name."""
    own = (Path(__file__).parent / "static" / _SCRIPT).read_bytes()
    every = {**served_files(), _SCRIPT: (own, "text/javascript; charset=utf-8")}
    return {
        name: StaticFile(content, kind, f'"{blake2b(content, digest_size=12).hexdigest()}"')
        for name, (content, kind) in every.items()
    }
