"""People are told what is new and matters: once, also where somebody fails or is killed."""

import json
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import dagster as dg
import pytest

from resources.notifications.build import build_destinations
from sensors.notifications import BETWEEN_LOOKS, tell
from tests.receivers import web
from tests.sensors.conftest import BTC, HOUR, MARCH, NOON
from traderai_assets.domain.notifications.facts import Message
from traderai_assets.instance.market_notes import write_notes
from traderai_assets.instance.notification_notes import OF_SENSOR, kept_memory
from traderai_assets.notifying.post import Post
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS
from traderai_assets.settings_services import NotifySettings
from traderai_assets.status.notifications import destination_rows, notification_troubles

__all__ = ["web"]
SECRET = "0123456789abcdef"  # noqa: S105
FAILURE, SUCCESS = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS
FRIDAY = datetime(2026, 3, 20, tzinfo=UTC)


class Received(NamedTuple):
    """What has arrived."""

    titles: list[str]
    bodies: list[str]


class Ticker:
    """Ticks as the daemon does; `said` is what the last tick said of itself."""

    def __init__(self, platform, web):
        self._platform, self._web = platform, web
        self.said = []

    def __call__(self, now=None):
        there = self._platform
        post = Post(there.instance, there.settings, build_destinations(there.settings))
        world = there.instance, there.lake, there.exchange, there.settings
        self.said = tell(*world, post, now or datetime.now(UTC))
        messages = [Message.of_value(json.loads(one.body)) for one in self._web.received]
        return Received([one.title for one in messages], [one.body for one in messages])


@pytest.fixture
def told(platform, web, monkeypatch):
    """Tick; returns all that the receiver has taken by then."""
    monkeypatch.setenv("TRADERAI_NOTIFY__WEBHOOK_SECRET", SECRET)
    urls = [f"webhook+http://{web.address}/told"]
    platform.configure(
        notify=NotifySettings(destinations=urls, webhook_secret=SECRET, cool_down_minutes=0)
    )
    write_notes(platform.instance, {OF_SENSOR: ""})

    yield Ticker(platform, web)
    write_notes(platform.instance, {OF_SENSOR: ""})


def ended(platform, job, status, **tags):
    named = {"traderai/market": BTC.key, **tags}
    return platform.instance.add_run(dg.DagsterRun(job, status=status, tags=named))


def put_verdict(platform, rows_of, state, sentence, *, looks=1, changes=()):
    own = platform.strategy.id
    said = {"state": state, "sentence": sentence, "record": "x", "judged_until": FRIDAY}
    numbers = list(range(1, looks + 1))
    whole = [
        (VERDICTS, rows_of(VERDICTS, strategy_id=own, number=[1], **said)),
        (LOOKS, rows_of(LOOKS, strategy_id=own, number=numbers)),
    ]
    if changes:
        before, after = zip(*changes, strict=True)
        frame = rows_of(
            STATE_CHANGES,
            strategy_id=own,
            number=list(range(1, len(changes) + 1)),
            before=before,
            after=after,
            day=FRIDAY,
            cause="the days since prove less than what was promised",
        )
        whole.append((STATE_CHANGES, frame))
    for table, frame in whole:
        platform.lake.snapshot(table).publish(
            {("all", "all"): frame}, run_id="test", code_version="1"
        )


def test_without_a_destination_there_is_no_sensor(platform):
    from sensors.build import build_sensors

    assert "notifications" not in [one.name for one in build_sensors(platform.settings)]


def test_the_sensor_ticks_and_asks_for_no_run(platform, told, web):  # noqa: ARG001
    first = platform.tick("notifications")
    assert first.requests == []
    assert first.reason.startswith("what is so by now is taken for told")
    assert platform.tick("notifications").reason == "nothing is new"
    assert web.received == []


def test_what_was_so_before_the_first_look_is_not_told(platform, told, rows_of):
    put_verdict(platform, rows_of, "candidate", "it is better than luck")
    told()
    assert told(datetime.now(UTC) + BETWEEN_LOOKS).titles == []


def test_a_backfill_that_failed_for_good_is_told_once(platform, told):
    told()
    ended(platform, "backfill", FAILURE, **{"traderai/class": "backfill"})
    ended(
        platform,
        "backfill",
        FAILURE,
        **{"traderai/class": "backfill", "dagster/will_retry": "true"},
    )
    ended(platform, "train", FAILURE, **{"traderai/class": "training"})
    ended(platform, "backfill", SUCCESS, **{"traderai/class": "backfill"})
    titles, bodies = told()
    assert titles == [f"TraderAI: A backfill has failed: {BTC.key}"]
    assert "failed: its worker died; " in bodies[0]
    assert '"traderai runs logs ' in bodies[0]
    for _ in range(3):
        assert told(datetime.now(UTC) + BETWEEN_LOOKS).titles == titles


def test_a_market_is_told_when_it_falls_silent_and_again_when_it_does_again(platform, told):
    platform.put_bars(MARCH.start, NOON, CANDLES)
    told()
    later = datetime.now(UTC) + BETWEEN_LOOKS
    platform.sandbox.clock.set(NOON + 2 * HOUR)
    assert told(later).titles == []  # Two bars are not due yet, with their grace
    platform.sandbox.clock.set(NOON + 2 * HOUR + timedelta(minutes=1))
    first = told(later + BETWEEN_LOOKS)
    assert first.titles == [f"TraderAI: A market has gone silent: {BTC.key}"]
    assert first.bodies[0].startswith(f"no bar of {BTC.key} came since 2026-03-20 12:00 UTC; ")
    assert told(later + 2 * BETWEEN_LOOKS).titles == first.titles
    platform.put_bars(MARCH.start, NOON + 2 * HOUR, CANDLES)
    assert told(later + 3 * BETWEEN_LOOKS).titles == first.titles
    platform.sandbox.clock.set(NOON + 9 * HOUR)
    assert len(told(later + 4 * BETWEEN_LOOKS).titles) == 2


def test_a_verdict_is_told_as_soon_as_its_run_has_ended(platform, told, rows_of):
    told()
    put_verdict(platform, rows_of, "candidate", "it is better than luck")
    assert told().titles == []
    ended(platform, "judge", SUCCESS)
    titles, bodies = told()
    assert titles == ["TraderAI: A verdict: default"]
    assert bodies[0].startswith("default is candidate: it is better than luck; ")
    put_verdict(platform, rows_of, "candidate", "the same, a day later")
    ended(platform, "judge", SUCCESS)
    assert told().titles == titles
    put_verdict(platform, rows_of, "candidate", "another look", looks=2)
    ended(platform, "judge", SUCCESS)
    assert len(told().titles) == 2


def test_a_suspension_is_told_as_one(platform, told, rows_of):
    told()
    changes = [("insufficient", "candidate"), ("candidate", "suspended")]
    put_verdict(platform, rows_of, "suspended", "it earns less", changes=changes)
    ended(platform, "judge", SUCCESS)
    titles, bodies = told()
    assert titles == ["TraderAI: A strategy is suspended: default"]
    assert "speaks no more: the days since prove less than what was promised; " in bodies[0]


def test_drift_that_asks_for_a_new_model_is_told_once_a_cause(platform, told, rows_of):
    told()

    def measured_at(end):
        said = {"model_id": "1" * 32, "status": "drifted", "feature": "any"}
        kinds = ["feature", "prediction"]
        platform.put(
            DRIFT_METRICS, MARCH, rows_of(DRIFT_METRICS, kind=kinds, window_end=end, **said)
        )

    measured_at(NOON)
    ended(platform, "monitor_drift", SUCCESS)
    titles, bodies = told()
    assert titles == [f"TraderAI: A model has drifted: {BTC.key}"]
    assert f"the model of default for {BTC.key} has drifted: " in bodies[0]
    measured_at(NOON + HOUR)
    ended(platform, "monitor_drift", SUCCESS)
    assert told().titles == titles


def test_a_table_that_is_damaged_is_said_and_the_rest_is_told(platform, told, rows_of):
    told()
    put_verdict(platform, rows_of, "candidate", "nobody has read this before")
    [file] = (platform.settings.home / "lake" / "verdict").rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:-200])
    ended(platform, "backfill", FAILURE, **{"traderai/class": "backfill"})
    ended(platform, "judge", SUCCESS)
    assert told().titles == [f"TraderAI: A backfill has failed: {BTC.key}"]
    assert any(one.startswith("nothing can be told of default: ") for one in told.said)


def test_a_destination_that_fails_is_tried_again_and_shown_and_nothing_is_lost(platform, told, web):
    told()
    web.status = 500
    ended(platform, "backfill", FAILURE, **{"traderai/class": "backfill"})
    now = datetime.now(UTC)
    assert len(told(now).titles) == 1
    [trouble] = notification_troubles(platform.instance)
    assert trouble["destination"] == "webhook+http"
    assert trouble["error"] == "webhook+http answered with 500"
    [row] = destination_rows(platform.instance, platform.settings)
    assert (row["waiting"], row["times"]) == (1, 1)
    assert len(told(now + timedelta(seconds=30)).titles) == 1  # It rests
    web.status = 204
    assert len(told(now + timedelta(seconds=61)).titles) == 2
    names = [json.loads(one.body)["name"] for one in web.received]
    assert names[0] == names[1]  # By which a receiver knows it again
    assert notification_troubles(platform.instance) == []
    assert len(told(now + timedelta(hours=1)).titles) == 2


@pytest.mark.parametrize("killed_at", [0, 1, 2, 3, 4])
def test_whenever_it_is_killed_each_fact_is_told_and_at_most_one_message_twice(
    platform, told, web, monkeypatch, killed_at
):
    class Killed(BaseException):
        pass

    told()
    for _ in range(3):
        ended(platform, "backfill", FAILURE, **{"traderai/class": "backfill"})
    keeps = []
    keep = Post.keep

    def keep_or_die(post, memory):
        if len(keeps) == killed_at:
            keeps.append("killed")
            raise Killed
        keeps.append("kept")
        keep(post, memory)

    monkeypatch.setattr(Post, "keep", keep_or_die)
    now = datetime.now(UTC)
    try:
        told(now)
        killed = False
    except Killed:
        killed = True
    told(now + timedelta(minutes=1))
    names = [json.loads(one.body)["name"] for one in web.received]
    assert killed is (killed_at < 4)
    assert len(set(names)) == 3
    assert len(names) - 3 == (1 if 0 < killed_at < 4 else 0)


def test_nothing_new_costs_two_queries_and_writes_nothing(platform, told, monkeypatch):
    told()
    before = kept_memory(platform.instance, OF_SENSOR)
    monkeypatch.setattr(Post, "keep", lambda *_: pytest.fail("nothing was to be kept"))
    asked = []
    storage = platform.instance.run_storage
    for owner, name in [(platform.instance, "get_run_records"), (storage, "get_cursor_values")]:
        ask = getattr(owner, name)
        monkeypatch.setattr(
            owner, name, lambda *a, ask=ask, name=name, **k: (asked.append(name), ask(*a, **k))[1]
        )
    assert told().titles == []
    assert told.said == []
    assert sorted(asked) == ["get_cursor_values", "get_run_records"]
    assert kept_memory(platform.instance, OF_SENSOR) == before
