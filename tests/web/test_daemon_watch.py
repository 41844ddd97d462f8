"""A dead daemon is told by the web server's process, once a death."""

import json
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat

from tests.receivers import web
from traderai_assets.instance.market_notes import write_notes
from traderai_assets.instance.notification_notes import OF_WATCH
from traderai_assets.settings import Settings
from traderai_assets.settings_services import NotifySettings
from traderai_assets.web.daemon_watch import SILENCE, DaemonWatch

__all__ = ["web"]
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
SECRET = "0123456789abcdef"  # noqa: S105


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made
        write_notes(made, {OF_WATCH: ""})


@pytest.fixture
def watch(instance, web, monkeypatch):
    monkeypatch.setenv("TRADERAI_NOTIFY__WEBHOOK_SECRET", SECRET)
    notify = NotifySettings(
        destinations=[f"webhook+http://{web.address}/dead"], webhook_secret=SECRET
    )
    return DaemonWatch(instance, Settings(notify=notify))


def lives(instance, at):
    instance.add_daemon_heartbeat(
        DaemonHeartbeat(at.timestamp(), "QUEUED_RUN_COORDINATOR", "me", [])
    )


def test_a_daemon_that_never_lived_or_lives_is_not_dead(watch, instance, web):
    assert watch.look(NOON) == []
    lives(instance, NOON)
    assert watch.look(NOON + SILENCE - timedelta(seconds=1)) == []
    assert web.received == []


def test_a_death_is_told_once_and_the_next_one_again(watch, instance, web):
    lives(instance, NOON)
    for minutes in (5, 6, 60):
        watch.look(NOON + timedelta(minutes=minutes))
    [told] = [json.loads(one.body) for one in web.received]
    assert told["title"] == "TraderAI: The daemon is dead: last seen 2026-03-20 12:00 UTC"
    assert told["severity"] == "failure"
    assert '"traderai dev"' in told["body"]
    later = NOON + timedelta(hours=2)
    lives(instance, later)
    assert watch.look(later) == []
    watch.look(later + SILENCE)
    assert len(web.received) == 2


def test_a_receiver_that_is_away_is_told_when_it_is_back(watch, instance, web):
    lives(instance, NOON)
    web.status = 503
    assert watch.look(NOON + SILENCE) == ["webhook+http answered with 503"]
    web.status = 204
    assert watch.look(NOON + SILENCE + timedelta(seconds=30)) == []
    assert len(watch.look(NOON + SILENCE + timedelta(minutes=2))) == 1
    assert watch.look(NOON + SILENCE + timedelta(minutes=3)) == []
