"""The page of the audit tells the rules as the code has them."""

from tests.docs.pages import REPOSITORY
from traderai_assets.audit.running import all_rules
from traderai_assets.cli.audit import NOT_JUDGED, VIOLATED


def test_the_page_lists_every_rule_with_its_sentence_and_nothing_else():
    page = (REPOSITORY / "docs" / "audit.md").read_text()
    table = page.partition("| rule |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table == [
        f"| `{rule.name}` | {rule.sentence} | {', '.join(rule.reads)} |" for rule in all_rules()
    ]


def test_the_page_tells_the_exit_codes():
    page = (REPOSITORY / "docs" / "audit.md").read_text()
    codes = page.partition("| exit code |")[2].partition("\n\n")[0].splitlines()[2:]
    assert [int(line.split("|")[1]) for line in codes] == [0, VIOLATED, NOT_JUDGED]
