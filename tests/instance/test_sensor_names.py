"""A sensor that a person stopped stays stopped when it gets another name."""

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
)

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from sensors import market_sensor
from traderai_assets.instance.sensor_names import FORMER_NAMES, stopped_under_former_name
from traderai_assets.settings import Settings

ORIGIN = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("traderai"), "__repository__")
STOPPED, RUNNING = InstigatorStatus.STOPPED, InstigatorStatus.RUNNING
BY_DEFAULT = InstigatorStatus.DECLARED_IN_CODE


@pytest.fixture
def stored(tmp_path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def choose(instance: dg.DagsterInstance, name: str, status: InstigatorStatus) -> None:
    """What Dagster keeps where a person stops or starts a sensor, or it ticks by default."""
    origin = RemoteInstigatorOrigin(ORIGIN, name)
    data = SensorInstigatorData(min_interval=30)
    instance.add_instigator_state(InstigatorState(origin, InstigatorType.SENSOR, status, data))


@pytest.mark.parametrize("own", [None, BY_DEFAULT])
@pytest.mark.parametrize("name", FORMER_NAMES)
def test_who_was_stopped_under_the_former_name_asks_for_nothing(stored, name, own):
    choose(stored, FORMER_NAMES[name], STOPPED)
    if own is not None:
        choose(stored, name, own)
    why = stopped_under_former_name(stored, name)
    assert FORMER_NAMES[name] in why
    assert why.endswith("stop it and start it again in the web UI")


@pytest.mark.parametrize("own", [RUNNING, STOPPED])
def test_what_was_chosen_under_the_new_name_counts_alone(stored, own):
    choose(stored, "silent_champions", STOPPED)
    choose(stored, "missing_signals", own)
    assert stopped_under_former_name(stored, "missing_signals") == ""


def test_a_sensor_that_nobody_stopped_runs_on_under_its_new_name(stored):
    choose(stored, "silent_champions", BY_DEFAULT)
    assert stopped_under_former_name(stored, "missing_signals") == ""
    assert stopped_under_former_name(stored, "stale_candles") == ""


@pytest.fixture
def sensors(tmp_path) -> dict[str, dg.SensorDefinition]:
    from sensors.build import build_sensors  # Late: Dagster's beta warnings are errors here

    return {sensor.name: sensor for sensor in build_sensors(Settings(home=tmp_path))}


def test_former_names_are_those_of_sensors_that_there_are(sensors):
    assert set(FORMER_NAMES) <= set(sensors)
    assert not set(sensors) & set(FORMER_NAMES.values())


def test_the_sensor_itself_heeds_it(stored, sensors, tmp_path, monkeypatch):
    monkeypatch.setattr(market_sensor, "foreign", lambda _: "")  # The instance is a bare one
    choose(stored, "silent_champions", STOPPED)
    resources = {
        "lake": LakeResource(root=str(tmp_path / "lake")),
        "exchange": ExchangeResource(state_folder=str(tmp_path / "exchange")),
    }
    with dg.build_sensor_context(stored, resources=resources) as context:
        tick = sensors["missing_signals"].evaluate_tick(context)
    assert tick.skip_message == stopped_under_former_name(stored, "missing_signals")
