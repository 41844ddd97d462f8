r"""Plain text: what a stranger wrote, made harmless for a terminal, a log and a page.

A terminal obeys escape sequences, a log takes a line break for the next entry, and an eye is led
astray by what turns the direction of reading or has no width. Such characters are written out as
Python writes them (`\x1b`, `\u202e`); everything a person can see stays as it is.
"""

import unicodedata

MAX_CHARACTERS = 300
# Controls, formats (bidi, zero-width, tags), half pairs, private use, never assigned; the two
# separators that are line breaks to some readers
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Neither controls nor seen, and each takes room or hides what it stands on
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(point)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for point in range(first, last + 1)
}
# Signs stacked on one character climb over the lines above
_MOST_MARKS = 4


def plain_line(text: object, *, most: int | None = MAX_CHARACTERS) -> str:
    """Return `text` on one line, without anything that acts instead of being read.

    Parameters
    ----------
    text : object
        Anything; `str` is taken of what is no text.
    most : int or None
        A longer text is cut and says so; None leaves its length.

    Returns
    -------
    str
        White space between words is one blank; the same text again where it was plain already.
    """
    words = " ".join(_start(text, most).split())
    return _cut(_seen(words), most)


def plain_lines(text: object, *, most: int | None = None) -> str:
    """Return `text` with its lines and blanks, otherwise as `plain_line` does.

    For what is told line by line, such as a traceback or what a step printed. Tabulators stay.
    """
    lines = _start(text, most).replace("\r\n", "\n").split("\n")
    return _cut("\n".join("\t".join(map(_seen, line.split("\t"))) for line in lines), most)


def _start(text: object, most: int | None) -> str:
    """As much of the text as can be shown: it may be as long as an answer may be."""
    whole = text if isinstance(text, str) else str(text)
    return whole if most is None else whole[: 4 * most + 1]


def _cut(text: str, most: int | None) -> str:
    return text if most is None or len(text) <= most else f"{text[: most - 3]}..."


def _seen(line: str) -> str:
    if line.isascii() and line.isprintable():
        return line
    written, marks = [], 0
    for character in line:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        written.append(_written(character) if _acts(character, marks) else character)
    return "".join(written)


def _acts(character: str, marks: int) -> bool:
    return (
        unicodedata.category(character) in _HARMFUL or character in _UNSEEN or marks > _MOST_MARKS
    )


def _written(character: str) -> str:
    point = ord(character)
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
