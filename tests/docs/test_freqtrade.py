"""The page on moving over names settings that exist."""

import re

from scripts.reference.settings import setting_names
from tests.docs.pages import REPOSITORY

PAGE = REPOSITORY / "docs" / "how-to" / "freqtrade.md"


def test_every_setting_of_ours_that_the_table_names_exists():
    table = PAGE.read_text().partition("| Freqtrade, FreqAI | here |")[2]
    named = [
        name for line in table.splitlines() for name in re.findall(r"`([a-z_.]+)`", cell(line))
    ]
    ours = [
        name for name in named if "." in name or name in {"markets", "timeframe", "history_days"}
    ]
    assert len(ours) > 15
    assert set(ours) <= set(setting_names())


def cell(line: str) -> str:
    cells = line.split("|")
    return cells[2] if len(cells) > 3 else ""
