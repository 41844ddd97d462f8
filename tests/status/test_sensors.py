"""A sensor that fails is told with its error: else status would show that all is well."""

import json

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.errors import SensorExecutionError, user_code_error_boundary
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._utils.error import serializable_error_info_from_exc_info

from traderai_assets.domain.errors import CorruptTable

ORIGIN = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("traderai"), "__repository__")


@pytest.fixture
def tick(instance: dg.DagsterInstance):
    return ticker(instance, "stale_candles")


def ticker(instance: dg.DagsterInstance, name: str):
    """Let a sensor of this name tick."""
    origin = RemoteInstigatorOrigin(ORIGIN, name)
    state = InstigatorState(
        origin,
        InstigatorType.SENSOR,
        InstigatorStatus.DECLARED_IN_CODE,
        SensorInstigatorData(min_interval=30),
    )
    instance.add_instigator_state(state)

    def make(status, timestamp, error=None):
        told = TickData(
            origin.get_id(),
            name,
            InstigatorType.SENSOR,
            status,
            timestamp,
            selector_id=state.selector_id,
            error=error,
        )
        instance.create_tick(told)

    return make


def failing():
    raise CorruptTable("table candles is lost: mount the disk")


def failure():
    """As Dagster tells of what a sensor raised."""
    try:
        with user_code_error_boundary(SensorExecutionError, lambda: "in stale_candles"):
            failing()
    except SensorExecutionError as error:
        return serializable_error_info_from_exc_info((type(error), error, error.__traceback__))


def test_what_a_sensor_fails_of_is_told_until_it_succeeds_again(tick, traderai):
    tick(TickStatus.FAILURE, 1_700_000_000.0, failure())
    (row,) = json.loads(traderai("status", "--json").out)["sensors"]
    assert row == {
        "sensor": "stale_candles",
        "at": "2023-11-14 22:13:20Z",
        "error": "CorruptTable: table candles is lost: mount the disk",
    }
    assert "Sensors that fail:" in traderai("status").out
    tick(TickStatus.SKIPPED, 1_700_000_030.0)
    assert json.loads(traderai("status", "--json").out)["sensors"] == []


def test_the_last_failure_of_a_sensor_that_has_another_name_now_is_not_shown(instance, traderai):
    ticker(instance, "silent_champions")(TickStatus.FAILURE, 1_700_000_000.0, failure())
    assert json.loads(traderai("status", "--json").out)["sensors"] == []
