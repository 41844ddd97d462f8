"""No sensor has a state that nothing leads out of: however a run ends, it is asked for again.

Each sensor is brought to where it asks. Then the run it asked for comes to nothing, in every way a
run can; what made the sensor ask is as it was.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.runs.schema import RunsTable

from tests.sensors.recorded import put_days
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.instance.process_identity import ProcessIdentity
from traderai_assets.instance.run_workers import WORKER_TAG, note
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.signals import SIGNALS

FEBRUARY, MARCH, APRIL = Month(2026, 2), Month(2026, 3), Month(2026, 4)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BTC = "binance.BTC-USDT.1h"
STATUS = dg.DagsterRunStatus
MODEL = "1" * 32
ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("traderai"), "__repository__"), "train"
)


def lacks_history(platform, _):
    platform.put_bars(MARCH.start, NOON)


def lacks_bars(platform, _):
    platform.put_bars(FEBRUARY.start, NOON)
    platform.sandbox.clock.set(NOON + HOUR + timedelta(seconds=6))


def lacks_model(platform, _):
    platform.put_bars(FEBRUARY.start, NOON)


def has_newer_model(platform, rows_of):
    plan = json.loads(platform.strategy.settings)["plan"]
    told = {
        "generation": 1,
        "trained_until": NOON,
        "card": json.dumps({"plan": plan}),
        "fault": None,
    }
    platform.put(MODELS, APRIL, rows_of(MODELS, model_id=[MODEL], **told))


def has_untested_model(platform, rows_of):
    platform.put(MODELS, APRIL, rows_of(MODELS, model_id=[MODEL], generation=1, trained_until=NOON))


def lost_its_test(platform, rows_of):
    has_untested_model(platform, rows_of)
    made = dg.DagsterRun("train", status=STATUS.FAILURE, tags={"traderai/market": BTC})
    platform.instance.add_run(made)
    asked_of(platform, made).ages(2 * HOUR)


def champion_is_silent(platform, _):
    platform.crown(MODEL, NOON - 3 * HOUR)
    platform.put_bars(MARCH.start, NOON, FEATURES)


def has_open_signals(platform, rows_of):
    platform.put_bars(NOON - 3 * HOUR, NOON, CANDLES)
    given = rows_of(
        SIGNALS,
        open_time=[NOON - 3 * HOUR],
        decided_at=[NOON - 2 * HOUR],
        valid_until=[NOON + 5 * HOUR],
        width=0.1,
        reference_price=100.0,
        target_price=110.0,
        stop_price=90.0,
    )
    platform.put(SIGNALS, MARCH, given)


def has_drifted(platform, rows_of, kinds=("feature", "prediction")):
    platform.crown(MODEL, NOON - 3 * HOUR)
    platform.put_bars(datetime(2026, 2, 1, tzinfo=UTC), NOON)
    told = {"model_id": [MODEL], "trained_until": NOON - 4 * 24 * HOUR}
    platform.put(MODELS, MARCH, rows_of(MODELS, **told, generation=1, card="{}", fault=None))
    measured = {"model_id": MODEL, "window_end": NOON, "status": "drifted", "kind": list(kinds)}
    platform.put(DRIFT_METRICS, MARCH, rows_of(DRIFT_METRICS, feature="any", **measured))


def earns_less(platform, rows_of):
    has_drifted(platform, rows_of, ("performance",))


def serves_unrecorded(platform, rows_of):
    platform.put_bars(MARCH.start, NOON, CANDLES)
    platform.put(MODELS, MARCH, rows_of(MODELS, model_id=[MODEL], trained_until=MARCH.start))


def has_a_record(platform, rows_of):
    put_days(platform, rows_of, MARCH.start, NOON.replace(hour=0), Market.parse(BTC))


class Case(NamedTuple):
    sensor: str
    job: str
    bring_about: Callable[..., None]
    once: bool = False  # What succeeded is never asked for again


CASES = [
    Case("stale_candles", "backfill", lacks_history),
    Case("stale_candles", "update_latest", lacks_bars),
    Case("stale_models", "train", lacks_model),
    Case("stale_champions", "choose_champion", has_newer_model),
    Case("untested_models", "train", lost_its_test),
    Case("missing_signals", "generate_signals", champion_is_silent),
    Case("expiring_signals", "expire_signals", has_open_signals),
    Case("stale_drift_metrics", "monitor_drift", champion_is_silent),
    Case("drifted_models", "train", has_drifted, once=True),
    Case("drifted_models", "judge", earns_less, once=True),
    Case("short_records", "extend_record", serves_unrecorded),
    Case("unjudged_records", "judge", has_a_record),
]
STATUSES = {
    "failed": STATUS.FAILURE,
    "cancelled": STATUS.CANCELED,
    "did nothing": STATUS.SUCCESS,
    "never queued": STATUS.NOT_STARTED,
    "launch cut": STATUS.STARTING,
    "worker gone": STATUS.STARTED,
}


class Asked:
    """The run a sensor asked for."""

    def __init__(self, platform, request: dg.RunRequest, way: str) -> None:
        self.platform = platform
        self.run_id = str(uuid.uuid4())
        tags = {**request.tags, "dagster/run_key": request.run_key}
        market = request.partition_key or tags.get("dagster/asset_partition_range_start")
        if market:  # A verdict is of all markets
            tags |= {"traderai/market": market.partition("|")[0]}
        if way == "worker gone":
            tags[WORKER_TAG] = note(self.run_id, replace(ProcessIdentity.here(), started=1))
        status = STATUSES[way]
        platform.instance.add_run(
            dg.DagsterRun(request.job_name, self.run_id, status=status, tags=tags)
        )

    def ages(self, by: timedelta) -> None:
        """Let it have been made, and have come to what it is, so long ago."""
        then = datetime.now(UTC) - by
        with self.platform.instance.run_storage.connect() as connection:
            connection.execute(
                RunsTable.update()
                .where(RunsTable.c.run_id == self.run_id)
                .values(
                    create_timestamp=then.replace(tzinfo=None),
                    update_timestamp=then.replace(tzinfo=None),
                    end_time=then.timestamp() if self.status.value in ("FAILURE",) else None,
                )
            )

    @property
    def status(self) -> dg.DagsterRunStatus:
        return self.platform.instance.get_run_by_id(self.run_id).status


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.sensor}: {case.job}")
def test_a_cause_whose_run_came_to_nothing_is_asked_for_again(platform, kept, rows_of, case):
    kept(BTC)
    case.bring_about(platform, rows_of)
    first = platform.tick(case.sensor).request
    assert first.job_name == case.job
    for way in STATUSES:
        asked = Asked(platform, first, way)
        asked.ages(2 * MINUTE)
        resting = platform.tick(case.sensor)
        assert resting.requests == [], way
        platform.tick("orphaned_runs")
        assert asked.status.value in ("FAILURE", "CANCELED", "SUCCESS"), way
        asked.ages(25 * HOUR)
        if case.once and way == "did nothing":
            assert platform.tick(case.sensor).requests == []
            platform.instance.delete_run(asked.run_id)
            continue
        again = platform.tick(case.sensor).request
        assert (again.job_name, again.run_key) == (case.job, f"{first.run_key}#2"), way
        platform.instance.delete_run(asked.run_id)  # Deleted: the cause is asked for as if anew
        assert platform.tick(case.sensor).request.run_key == first.run_key, way


def test_every_job_that_a_sensor_asks_for_has_a_case(platform):
    from sensors.build import build_sensors  # Late, see conftest

    built = build_sensors(platform.settings)
    asked = {(sensor.name, target.job_name) for sensor in built for target in sensor.targets}
    assert asked == {(case.sensor, case.job) for case in CASES}


@pytest.mark.parametrize("status", [STATUS.NOT_STARTED, STATUS.QUEUED, STATUS.STARTED])
def test_what_can_still_move_is_waited_for(platform, kept, rows_of, status):
    """Also before the coordinator has stamped it with its market."""
    kept(BTC)
    lacks_bars(platform, rows_of)
    request = platform.tick("stale_candles").request
    platform.instance.add_run(
        dg.DagsterRun(request.job_name, status=status, tags=request.tags, remote_job_origin=ORIGIN)
    )
    assert platform.tick("stale_candles").reason == f"{BTC} is being fetched"


def test_a_run_that_was_never_queued_does_not_keep_its_market_from_being_fetched(
    platform, kept, rows_of
):
    """Nor does anybody have to reconcile it first: another cause is asked for at once."""
    kept(BTC)
    lacks_bars(platform, rows_of)
    lost = Asked(platform, platform.tick("stale_candles").request, "never queued")
    assert platform.tick("stale_candles").reason == f"{BTC} is being fetched"
    lost.ages(2 * MINUTE)
    platform.sandbox.clock.set(NOON + 2 * HOUR + timedelta(seconds=6))
    assert platform.tick("stale_candles").request.job_name == "update_latest"


def test_a_retry_that_was_promised_and_never_made_is_taken_back(platform):
    promised = dg.DagsterRun("train", status=STATUS.FAILURE, tags={"dagster/will_retry": "true"})
    platform.instance.add_run(promised)
    assert platform.tick("orphaned_runs").reason == "no run is orphaned"
    asked_of(platform, promised).ages(11 * MINUTE)
    said = f"run {promised.run_id[:8]} was to be tried again, and was not"
    assert platform.tick("orphaned_runs").reason == said
    assert platform.instance.get_run_by_id(promised.run_id).tags["dagster/will_retry"] == "false"
    kept_promise = {"dagster/will_retry": "true", "dagster/auto_retry_run_id": "its retry"}
    made = platform.instance.add_run(
        dg.DagsterRun("train", status=STATUS.FAILURE, tags=kept_promise)
    )
    asked_of(platform, made).ages(11 * MINUTE)
    assert platform.tick("orphaned_runs").reason == "no run is orphaned"


def asked_of(platform, run: dg.DagsterRun) -> Asked:
    found = Asked.__new__(Asked)
    found.platform, found.run_id = platform, run.run_id
    return found
