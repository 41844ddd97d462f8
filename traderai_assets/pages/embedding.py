"""What goes into HTML as it is: JSON that no browser takes for markup, and SVG of our own."""

import json
import re
from typing import Any

from markupsafe import Markup

# What an SVG of `domain/pictures` never holds, and what would run or be asked for
_FOREIGN = re.compile(
    r"<\s*(script|foreignObject|image|use|style)\b|<[^>]*\s(on\w+|(xlink:)?href)\s*=", re.IGNORECASE
)


def embedded(data: Any) -> Markup:
    r"""Return data as JSON that can stand between `<script>` tags: no `<` is left in it.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has none; None says that nothing is known.
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  # nothing that opens or closes a tag is left


def drawn(svg: str) -> Markup:
    """Return a picture to stand in the page.

    Raises
    ------
    ValueError
        If it is no SVG of ours: it would run something, or ask for something.
    """
    found = _FOREIGN.search(svg)
    if not svg.startswith("<svg ") or found:
        raise ValueError(
            f"a picture is SVG made by domain/pictures, not {(found[0] if found else svg)[:40]!r}"
        )
    return Markup(svg)  # noqa: S704  # made by domain/pictures, which escapes every text
