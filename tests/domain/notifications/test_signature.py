"""The signature: RFC 4231's key and data, and what must not pass."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from traderai_assets.domain.notifications.signature import TOLERANCE, is_signed, signature

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = b'{"title": "x"}'
SECRET = "0123456789abcdef"  # noqa: S105


def test_it_is_the_hmac_of_time_dot_body():
    by_hand = hmac.new(SECRET.encode(), f"{AT}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert signature(SECRET, AT, BODY) == f"sha256={by_hand}"


def test_what_was_sent_now_by_who_has_the_secret_passes():
    assert is_signed(SECRET, str(AT), signature(SECRET, AT, BODY), BODY, NOW)
    assert is_signed(SECRET, str(AT), signature(SECRET, AT, BODY), BODY, NOW + TOLERANCE)


@pytest.mark.parametrize(
    ("secret", "timestamp", "body", "later"),
    [
        ("another secret 00", str(AT), BODY, 0),
        (SECRET, str(AT + 1), BODY, 0),
        (SECRET, str(AT), b'{"title": "y"}', 0),
        (SECRET, str(AT), BODY, 301),
        (SECRET, str(AT), BODY, -301),
        (SECRET, "-1", BODY, 0),
        (SECRET, "9" * 400, BODY, 0),
        (SECRET, "", BODY, 0),
    ],
)
def test_a_change_of_anything_and_a_repetition_do_not(secret, timestamp, body, later):
    given = signature(SECRET, AT, BODY)
    now = NOW + timedelta(seconds=later)
    assert not is_signed(secret, timestamp, given, body, now)


def test_a_signature_that_is_no_ascii_is_refused_and_raises_nothing():
    assert not is_signed(SECRET, str(AT), "sha256=é", BODY, NOW)
