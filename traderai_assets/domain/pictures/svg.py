"""SVG as text: elements with escaped attributes, and an image that stands inside Markdown."""

import re
from collections.abc import Iterable
from html import escape

NAMESPACE = "http://www.w3.org/2000/svg"
# What a Markdown reader or a URI would take for its own. Single quotes stay: they cost nothing
_ESCAPED = str.maketrans(
    {"%": "%25", " ": "%20", "<": "%3C", ">": "%3E", "#": "%23", "(": "%28", ")": "%29", '"': "'"}
)


def element(name: str, attributes: dict[str, object], children: Iterable[str] = ()) -> str:
    """Return one element; attributes whose value is None are left out.

    Parameters
    ----------
    name : str
    attributes : dict
        `_` in a name is written as `-`: `stroke_width`. Numbers keep two decimals at most.
    children : iterable of str
        Elements, or text that went through `html.escape`.
    """
    written = "".join(
        f" {key.replace('_', '-')}='{escape(_text(value))}'"
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(children)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def label(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    """Return a text whose `anchor` (start, middle or end) stands at x; y is its base line."""
    style = {"font_family": "system-ui,sans-serif", "font_size": 12 if bold else 11}
    place = {"x": float(x), "y": float(y), "text_anchor": anchor, "fill": "#333"}
    weight = {"font_weight": "600"} if bold else {}
    return element("text", {**place, **style, **weight}, [escape(text)])


def picture(width: int, height: int, children: Iterable[str], *, title: str = "") -> str:
    """Return a whole picture that scales to the width it is given."""
    about = [element("title", {}, [escape(title)])] if title else []
    box = {"xmlns": NAMESPACE, "viewBox": f"0 0 {width} {height}", "role": "img"}
    return element("svg", {**box, "width": width, "height": height}, [*about, *children])


def markdown_image(svg: str, alternative: str) -> str:
    """Return a picture as a Markdown image that needs no file and no request."""
    body = svg.translate(_ESCAPED)
    told = re.sub(r"[\[\]()\n]", " ", alternative)
    return f"![{told}](data:image/svg+xml;utf8,{body})"


def number(value: float) -> str:
    """Write a coordinate with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0", "0", 1 if value == 0 else 0)


def place(coordinate: float) -> str:
    """Write a coordinate of a large picture: a tenth of a pixel is not seen."""
    return number(round(float(coordinate), 1))


def _text(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
