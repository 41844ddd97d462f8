"""Old runs go with all that is theirs; what is the latest of a partition or a check stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs.schema import RunTagsTable
from sqlalchemy import func, select

from traderai_assets.instance.old_runs import delete_old_runs

pytestmark = pytest.mark.processes  # Dagster captures a run's output by processes of its own
LATER = datetime.now(UTC) + timedelta(days=1)
MONTHS = dg.StaticPartitionsDefinition(["2026-01", "2026-02"])
CHECKED = dg.AssetKey("candles")


@dg.asset(name="candles", partitions_def=MONTHS)
def candles(context: dg.AssetExecutionContext) -> None:
    print(context.partition_key)  # noqa: T201


@dg.asset_check(asset=candles)
def whole() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


DEFINITIONS = dg.Definitions(
    assets=[candles],
    asset_checks=[whole],
    jobs=[
        dg.define_asset_job("both", [candles]),
        dg.define_asset_job("alone", dg.AssetSelection.assets(candles).without_checks()),
    ],
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def instance(request, tmp_path, repository, monkeypatch):
    file = repository / "dagster.yaml"
    if request.param == "postgres":
        for name, value in request.getfixturevalue("postgres_server").database("runs").items():
            monkeypatch.setenv(name, value)
        file = repository / "deploy" / "dagster.yaml"
        monkeypatch.setenv("DAGSTER_FILES", str(tmp_path / "files"))
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").symlink_to(file)
    with dg.DagsterInstance.from_config(str(home)) as made:
        yield made


def run(instance, month: str, job: str = "both", **tags: str) -> str:
    asked = DEFINITIONS.resolve_job_def(job)
    ended = asked.execute_in_process(instance=instance, partition_key=month, tags=tags)
    assert ended.success
    return ended.run_id


def runs(instance) -> set[str]:
    return {one.run_id for one in instance.get_runs()}


def rows(instance, table) -> int:
    storage = instance.run_storage if table is RunTagsTable else instance.event_log_storage
    connect = storage.connect if table is RunTagsTable else storage.index_connection
    with connect() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def files_of(instance, run_id: str) -> list[Path]:
    return [path for path in Path(instance.root_directory).rglob(f"*{run_id}*") if path.exists()]


def test_a_run_whose_partition_was_made_again_goes_with_its_events_logs_tags_and_file(instance):
    old = run(instance, "2026-01", note="old")
    new, other = run(instance, "2026-01"), run(instance, "2026-02")
    assert str(delete_old_runs(instance, before=LATER, at_most=100)) == (
        "1 runs deleted, 2 older ones hold what is latest"
    )
    assert runs(instance) == {new, other}
    assert not files_of(instance, old)
    assert not instance.all_logs(old)
    assert files_of(instance, new) or instance.all_logs(new)
    with instance.run_storage.connect() as connection:
        tags = select(func.count()).where(RunTagsTable.c.run_id == old)
        assert connection.scalar(tags) == 0


def test_what_partitions_and_checks_say_is_the_same_afterwards(instance):
    for month in ("2026-01", "2026-02", "2026-01", "2026-02", "2026-01"):
        run(instance, month)
    last_checked = run(instance, "2026-01")
    run(instance, "2026-01", "alone")  # It makes the month anew, and no check

    def seen() -> tuple:
        latest = instance.get_latest_materialization_event(CHECKED)
        months = instance.event_log_storage.get_latest_storage_id_by_partition(
            CHECKED, dg.DagsterEventType.ASSET_MATERIALIZATION
        )
        key = dg.AssetCheckKey(CHECKED, "whole")
        [check] = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).values()
        return latest.run_id, months, check.run_id, check.status

    before = seen()
    assert before[2] == last_checked
    delete_old_runs(instance, before=LATER, at_most=100)
    assert seen() == before
    assert len(runs(instance)) == 3
    assert rows(instance, AssetCheckExecutionsTable) <= 2


def test_rows_and_files_stay_as_many_however_long_it_goes_on(instance):
    counted = []
    for _ in range(4):
        for month in ("2026-01", "2026-02"):
            run(instance, month, note="each")
        delete_old_runs(instance, before=LATER, at_most=100)
        events = sum(len(instance.all_logs(one)) for one in runs(instance))
        files = [path for path in Path(instance.root_directory).rglob("*") if path.is_file()]
        counted.append((events, rows(instance, RunTagsTable), len(files)))
    assert len(set(counted[1:])) == 1


def test_what_is_young_or_at_work_or_was_tried_again_stays(instance):
    first = run(instance, "2026-01")
    again = run(
        instance, "2026-01", **{"dagster/root_run_id": first, "dagster/parent_run_id": first}
    )
    waiting = instance.create_run_for_job(DEFINITIONS.resolve_job_def("both"))
    newest = run(instance, "2026-01")
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert delete_old_runs(instance, before=an_hour_ago, at_most=100).runs == 0
    assert delete_old_runs(instance, before=LATER, at_most=100).runs == 1
    assert runs(instance) == {first, waiting.run_id, newest}
    # Nobody was tried again of it any more
    assert delete_old_runs(instance, before=LATER, at_most=100).runs == 1
    assert again not in runs(instance)
    assert first not in runs(instance)


def test_too_many_are_left_for_the_next_time_oldest_first(instance):
    old = [run(instance, "2026-01") for _ in range(3)]
    run(instance, "2026-01")
    assert delete_old_runs(instance, before=LATER, at_most=2).left == 1
    assert old[2] in runs(instance)
    assert not {old[0], old[1]} & runs(instance)


def test_who_is_killed_before_the_run_itself_is_deleted_finds_it_again(instance, monkeypatch):
    old = run(instance, "2026-01")
    run(instance, "2026-01")

    def killed(_run_id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(instance.run_storage), "delete_run", lambda _, run_id: killed(run_id))
        with pytest.raises(KeyboardInterrupt):
            delete_old_runs(instance, before=LATER, at_most=100)
    assert old in runs(instance)
    assert delete_old_runs(instance, before=LATER, at_most=100).runs == 1
    assert old not in runs(instance)
