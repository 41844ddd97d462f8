"""The page on moving over names settings that exist, and its example is a file that is taken."""

import re
import sys
import types

from scripts.reference.settings import setting_names
from tests.docs.pages import REPOSITORY, fences

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


def test_the_example_makes_the_features_that_the_page_says():
    [example] = [one for one in fences("python") if one.page == "docs/how-to/freqtrade.md"]
    module = types.ModuleType("traderai_features_of_the_page")
    sys.modules[module.__name__] = module
    try:
        exec(compile(example.text, str(example), "exec"), module.__dict__)  # noqa: S102
    finally:
        del sys.modules[module.__name__]
    names = [spec.name for spec in module.FEATURES]
    assert "freqai_rsi_period_10" in names
    assert len(names) == 9
