"""Plain text: nothing a stranger wrote acts on a terminal, a log or an eye."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.plain_text import MAX_CHARACTERS, plain_line, plain_lines

ACTING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ANYTHING = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]8;;http://stranger\x07here", r"\x1b]8;;http://stranger\x07here"),
        ("\x9b2J", r"\x9b2J"),  # The one-byte form, which some terminals obey
        ("gnp\u202e.exe", r"gnp\u202e.exe"),
        ("pay\u200bpal", r"pay\u200bpal"),
        ("a\U000e0041b", r"a\U000e0041b"),  # A tag, read by machines alone
        ("half \ud800", r"half \ud800"),
        ("first\nERROR second\r\nthird\u2028fourth", "first ERROR second third fourth"),
        ("Zürich 東京 ✓", "Zürich 東京 ✓"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + r"\u0301\u0301"),
        (b"\x1b", r"b'\x1b'"),
    ],
)
def test_what_acts_is_written_out_and_what_is_seen_stays(written, shown):
    assert plain_line(written) == shown


@given(ANYTHING)
def test_nothing_that_acts_is_left_and_a_second_time_changes_nothing(text):
    line = plain_line(text)
    assert not any(unicodedata.category(character) in ACTING for character in line)
    assert plain_line(line) == line
    lines = plain_lines(text)
    assert not any(unicodedata.category(one) in ACTING for one in lines if one not in "\n\t")
    assert plain_lines(lines) == lines


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80))
def test_lines_of_plain_ascii_pass_as_they_are(text):
    assert plain_lines(f"{text}\n\t{text}") == f"{text}\n\t{text}"


@pytest.mark.parametrize("text", ["x" * 10**7, " " * 10**7 + "x", "\x1b" * 10**6])
def test_a_very_long_text_is_cut(text):
    assert len(plain_line(text)) <= MAX_CHARACTERS
    assert len(plain_lines(text, most=50)) <= 50
