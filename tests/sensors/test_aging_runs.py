"""Who has waited long leaves the queue sooner, where that is wanted."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from sensors.aging_runs import age_queue
from traderai_assets.settings_services import QueueSettings

ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("traderai"), "__repository__"), "train"
)
HOUR = timedelta(hours=1)


@pytest.fixture
def run(platform):
    def make(work_class, priority, status=dg.DagsterRunStatus.QUEUED):
        tags = {"traderai/class": work_class, "dagster/priority": str(priority)}
        made = dg.DagsterRun(job_name="train", status=status, tags=tags, remote_job_origin=ORIGIN)
        return platform.instance.add_run(made).run_id

    return make


def priorities(platform, *runs):
    return [platform.instance.get_run_by_id(run).tags["dagster/priority"] for run in runs]


def test_a_run_gains_one_priority_for_each_step_it_has_waited_up_to_that_of_signals(platform, run):
    snapshots, training, signals = run("historical", 1), run("training", 5), run("backfill", 10)
    now = datetime.now(UTC)
    assert age_queue(platform.instance, now, HOUR) == []
    said = age_queue(platform.instance, now + 2.5 * HOUR, HOUR)
    assert set(said) == {
        f"run {snapshots[:8]} has come from priority 1 to 3",
        f"run {training[:8]} has come from priority 5 to 7",
    }
    age_queue(platform.instance, now + 100 * HOUR, HOUR)
    assert priorities(platform, snapshots, training, signals) == ["7", "7", "10"]
    assert age_queue(platform.instance, now + 200 * HOUR, HOUR) == []


def test_what_runs_already_does_not_age(platform, run):
    run("historical", 1, dg.DagsterRunStatus.STARTED)
    assert age_queue(platform.instance, datetime.now(UTC) + 100 * HOUR, HOUR) == []


def test_there_is_no_such_sensor_unless_it_is_asked_for(platform):
    from sensors.build import build_sensors  # Late, see conftest

    def names():
        return [sensor.name for sensor in build_sensors(platform.settings)]

    assert "aging_runs" not in names()
    platform.configure(queue=QueueSettings(aging_minutes=60))
    assert names()[0] == "aging_runs"
    assert platform.tick("aging_runs").reason == "no run has waited another 1:00:00"
