"""Which destinations there can be, and which may stand in a file."""

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.notifications.addresses import (
    checked_destination,
    may_stand_in_a_file,
    webhook_url,
)


@pytest.mark.parametrize(
    ("url", "open_to_all"),
    [
        ("webhook+https://alerts.example/traderai", True),
        ("json://127.0.0.1:8080/x", True),
        ("json://user:hunter2@127.0.0.1:8080", False),
        ("json://127.0.0.1/?+X-Key=hunter2", False),
        ("tgram://123456789:hunter2/99", False),
        ("discord://1234/hunter2", False),
        ("mailtos://me:hunter2@example.com", False),
    ],
)
def test_only_what_holds_no_secret_may_stand_in_a_file(url, open_to_all):
    assert checked_destination(url) == url
    assert may_stand_in_a_file(url) is open_to_all


@pytest.mark.parametrize(
    "url", ["tgram", "", "://x", "json://with blank", "webhook+https://u:hunter2@h/", "1x://y"]
)
def test_what_is_none_is_refused_and_not_repeated(url):
    with pytest.raises(InvalidSettings) as raised:
        checked_destination(url)
    assert "hunter2" not in str(raised.value)


def test_a_webhook_of_ours_is_posted_to_over_the_scheme_behind_the_plus():
    assert webhook_url("webhook+http://127.0.0.1:9/x") == "http://127.0.0.1:9/x"
    assert webhook_url("json://127.0.0.1") is None
