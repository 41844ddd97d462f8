"""The page of notifications has the kinds of the code, and its receiver takes our signature."""

import re
from datetime import UTC, datetime

from tests.docs.pages import REPOSITORY, fences
from traderai_assets.domain.notifications.kinds import KINDS
from traderai_assets.domain.notifications.signature import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    signature,
)


def test_the_page_lists_every_kind_with_when_it_is_told():
    page = (REPOSITORY / "docs" / "notifications.md").read_text()
    table = page.partition("| kind |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table == [f"| `{one.name}` | {one.meaning} |" for one in KINDS]


def test_the_receiver_of_the_page_takes_what_we_sign_and_nothing_else():
    [program] = [one.text for one in fences("python") if one.page == "docs/notifications.md"]
    assert re.search(r"compare_digest", program)
    known = {}
    exec(program, known)  # noqa: S102  # The page's own program is what is tried
    at, body = int(datetime.now(UTC).timestamp()), b'{"title": "x"}'
    headers = {TIMESTAMP_HEADER: str(at), SIGNATURE_HEADER: signature("s" * 16, at, body)}
    assert known["is_ours"]("s" * 16, headers, body)
    assert not known["is_ours"]("t" * 16, headers, body)
    assert not known["is_ours"]("s" * 16, headers, body + b" ")
    old = {TIMESTAMP_HEADER: str(at - 301), SIGNATURE_HEADER: signature("s" * 16, at - 301, body)}
    assert not known["is_ours"]("s" * 16, old, body)
