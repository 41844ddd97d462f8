"""The page on signals has the table of words as the code has it."""

from tests.docs.pages import REPOSITORY
from traderai_assets.domain.words import WORDS


def test_the_page_lists_every_word_with_its_meaning_in_the_order_in_which_they_go():
    page = (REPOSITORY / "docs" / "signals.md").read_text()
    table = page.split("|---|---|---|\n", 1)[1].split("\n\n", 1)[0]
    assert table.splitlines() == [
        f"| `{one.name}` | {one.meaning} | `{one.told_by}` |" for one in WORDS
    ]
