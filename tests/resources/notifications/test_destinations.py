"""Destinations take a message, or say why not, without telling any of their secrets."""

import json
import socket
from datetime import UTC, datetime

import pytest

from resources.notifications.apprise_destination import AppriseDestination
from resources.notifications.build import build_destinations
from resources.notifications.destination import NotDelivered
from resources.notifications.webhook import SignedWebhook
from traderai_assets.domain.notifications.facts import Fact, Message, message_of
from traderai_assets.domain.notifications.signature import (
    NAME_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    is_signed,
)
from traderai_assets.settings import load_settings

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
SECRET = "0123456789abcdef"  # noqa: S105
MESSAGE = message_of([Fact("run:1", "backfill_failed", "binance.BTC", "it failed", "look", NOON)])


def hook(web, path="/hook"):
    return SignedWebhook("webhook+http", f"http://{web.address}{path}", SECRET, lambda: NOON)


def test_a_webhook_posts_the_message_signed_so_that_its_receiver_can_tell(web):
    hook(web).send(MESSAGE)
    [got] = web.received
    assert got.path == "/hook"
    assert Message.of_value(json.loads(got.body)) == MESSAGE
    assert got.headers[NAME_HEADER.lower()] == "run:1"
    sent_at, told = [got.headers[name.lower()] for name in (TIMESTAMP_HEADER, SIGNATURE_HEADER)]
    assert is_signed(SECRET, sent_at, told, got.body, NOON)
    assert not is_signed(SECRET, sent_at, told, got.body + b" ", NOON)


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
def test_a_webhook_that_is_not_taken_says_with_what_it_was_answered(web, status):
    web.status = status
    with pytest.raises(NotDelivered, match=rf"^webhook\+http answered with {status}$"):
        hook(web).send(MESSAGE)


def test_a_redirect_is_not_followed_it_would_hand_the_message_to_another(web):
    web.status, web.location = 307, f"http://{web.address}/elsewhere"
    with pytest.raises(NotDelivered, match="answered with 307"):
        hook(web).send(MESSAGE)
    assert [one.path for one in web.received] == ["/hook"]


def test_a_webhook_where_nobody_listens_cannot_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lonely = SignedWebhook("webhook+http", f"http://127.0.0.1:{port}/", SECRET)
    with pytest.raises(NotDelivered, match=r"cannot be reached: Connection refused$"):
        lonely.send(MESSAGE)


def test_apprise_posts_json_to_a_server_of_ones_own(web):
    AppriseDestination("json", f"json://{web.address}/told?+X-Key=hunter2").send(MESSAGE)
    [got] = web.received
    body = json.loads(got.body)
    assert (body["title"], body["message"], body["type"]) == (
        MESSAGE.title,
        MESSAGE.body,
        "failure",
    )
    assert got.headers["x-key"] == "hunter2"


def test_apprise_sends_mail(mail):
    port = mail.server_address[1]
    url = f"mailto://127.0.0.1:{port}?from=traderai@example.org&to=me@example.org"
    AppriseDestination("mailto", url).send(MESSAGE)
    [got] = mail.mails
    assert f"Subject: {MESSAGE.title}" in got
    assert "it failed; look" in got


def test_what_apprise_says_of_a_failure_tells_no_secret(web):
    web.status = 403
    url = f"json://someone:hunter2@{web.address}/token-of-mine"
    with pytest.raises(NotDelivered) as raised:
        AppriseDestination("json", url).send(MESSAGE)
    said = str(raised.value)
    assert said.startswith("json did not take the message: ")
    assert "403" in said
    for secret in ("hunter2", "token-of-mine", "someone"):
        assert secret not in said


def test_a_url_that_apprise_cannot_read_is_said_to_be_none_of_its():
    with pytest.raises(NotDelivered) as raised:
        AppriseDestination("nonsense", "nonsense://hunter2").send(MESSAGE)
    assert "hunter2" not in str(raised.value)
    assert str(raised.value).startswith("nonsense did not take the message: ")


def test_destinations_are_named_by_scheme_and_number_and_show_nothing_else(monkeypatch, tmp_path):
    urls = ["tgram://123456789:hunter2/99", "webhook+http://127.0.0.1/a", "tgram://1:hunter3/8"]
    monkeypatch.setenv("TRADERAI_NOTIFY__DESTINATIONS", json.dumps(urls))
    monkeypatch.setenv("TRADERAI_NOTIFY__WEBHOOK_SECRET", SECRET)
    settings = load_settings(tmp_path / "none.toml", home=tmp_path)
    found = build_destinations(settings)
    assert [one.name for one in found] == ["tgram 1", "webhook+http", "tgram 2"]
    shown = f"{found} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    for secret in ("hunter", SECRET):
        assert secret not in shown
