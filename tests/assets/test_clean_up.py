"""The daily clean-up: what is old goes, and no table and no staleness is another."""

from datetime import datetime, timedelta, tzinfo

import pytest

from tests.assets.in_process_platform import InProcessPlatform
from tests.assets.stored_versions import all_data_versions
from traderai_assets.schemas.catalogue import TABLES


class InAMonth(datetime):
    """The machine's clock, thirty days on."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(days=30)


def test_old_runs_go_and_what_is_stored_and_known_of_it_stays(
    old_platform: InProcessPlatform, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(2):
        old_platform.fetch("2024-05")
    tables = {table.name: old_platform.hashes(table) for table in TABLES}
    versions = all_data_versions(old_platform)
    monkeypatch.setattr("traderai_assets.jobs.datetime", InAMonth)
    old_platform.run("clean_up")
    runs = old_platform.instance.get_runs()
    assert [run.job_name for run in runs] == ["clean_up", "fetch"]
    assert {table.name: old_platform.hashes(table) for table in TABLES} == tables
    assert all_data_versions(old_platform) == versions


def test_the_schedule_asks_for_it_once_a_day_and_is_on(old_platform: InProcessPlatform):
    [schedule] = old_platform.definitions.schedules or []
    assert (schedule.job_name, schedule.default_status.value) == ("clean_up", "RUNNING")
    minute, hour, *days = schedule.cron_schedule.split()
    assert minute.isdigit()
    assert hour.isdigit()
    assert days == ["*", "*", "*"]
