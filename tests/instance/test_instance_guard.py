"""An instance that is not ours is named: nothing that we promise would hold in it."""

import dagster as dg
import pytest
import yaml
from dagster._core.errors import DagsterResourceFunctionError

from traderai_assets.definitions import build_definitions
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.instance.instance_guard import foreign, refuse_foreign_file
from traderai_assets.instance.run_coordinator import as_dagster_says
from traderai_assets.settings import Settings
from traderai_assets.work_classes import LIMITS


@pytest.fixture(scope="module")
def ours(repository):
    return yaml.safe_load((repository / "dagster.yaml").read_text())


@pytest.fixture(scope="module")
def listing(ours):
    """As an earlier version wrote the file: with every limit in it."""
    copy = yaml.safe_load(yaml.safe_dump(ours))
    copy["concurrency"]["runs"]["tag_concurrency_limits"] = as_dagster_says(LIMITS.tags)
    return copy


@pytest.fixture(scope="module")
def foreign_instance(tmp_path_factory):
    """As Dagster makes one where nobody says anything."""
    home = tmp_path_factory.mktemp("foreign")
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}")
    with dg.DagsterInstance.from_config(str(home)) as made:
        yield made


def without(told, *path):
    copy = yaml.safe_load(yaml.safe_dump(told))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return copy


def limited_by(told, limits):
    copy = yaml.safe_load(yaml.safe_dump(told))
    copy["concurrency"]["runs"]["tag_concurrency_limits"] = limits
    return copy


EDITS = {
    "coordinator": (lambda told: without(told, "run_coordinator"), "its run_coordinator is Dag"),
    "launcher": (lambda told: without(told, "run_launcher"), "its run_launcher is Dagster's own"),
    "slots": (
        lambda told: without(told, "concurrency", "runs", "max_concurrent_runs"),
        "max_concurrent_runs is None, expected 1 to 3",
    ),
    "a class": (
        lambda told: without(told, "concurrency", "runs", "tag_concurrency_limits", 4),
        "no limit of at most 2 for traderai/class training",
    ),
    "a writer": (
        lambda told: without(told, "concurrency", "runs", "tag_concurrency_limits", 9),
        "no limit of at most 1 for .dagster/traderai.writes/candles",
    ),
    "empty list": (lambda told: limited_by(told, []), "no limit of at most 1 for traderai/class b"),
    "null": (lambda told: limited_by(told, None), "no limit of at most 1 for traderai/class backf"),
    "all limits": (lambda told: without(told, "concurrency"), "max_concurrent_runs is None"),
    "monitoring": (lambda told: without(told, "run_monitoring"), "run_monitoring is not enabled"),
    "retries": (lambda told: without(told, "run_retries", "enabled"), "run_retries is not enab"),
    "everything": (lambda _: None, "its run_coordinator is Dagster's own"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_file_in_which_a_promise_is_missing_is_refused(listing, tmp_path, edit):
    change, said = EDITS[edit]
    file = tmp_path / "dagster.yaml"
    file.write_text(yaml.safe_dump(change(listing)))
    with pytest.raises(InvalidSettings, match=said) as raised:
        refuse_foreign_file(file, "the way out")
    assert str(raised.value).startswith(f"{file} makes no instance of TraderAI: ")
    assert str(raised.value).endswith("; the way out")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: [", b"{"])
def test_a_file_that_is_no_yaml_is_named(tmp_path, content):
    file = tmp_path / "dagster.yaml"
    file.write_bytes(content)
    with pytest.raises(InvalidSettings, match=f"{file} is not YAML"):
        refuse_foreign_file(file, "the way out")


def test_the_files_of_the_project_are_ours(ours, repository):
    assert "tag_concurrency_limits" not in ours["concurrency"]["runs"]
    for folder in (repository, repository / "deploy"):
        refuse_foreign_file(folder / "dagster.yaml", "")


def test_a_file_that_lists_the_limits_opens_and_lower_ones_are_anybodys_choice(listing, tmp_path):
    limits = [one | {"limit": 1} for one in as_dagster_says(LIMITS.tags)]
    for number, told in enumerate([listing, limited_by(listing, limits)]):
        (tmp_path / str(number)).mkdir()
        file = tmp_path / str(number) / "dagster.yaml"
        file.write_text(yaml.safe_dump(told))
        refuse_foreign_file(file, "")
        with dg.DagsterInstance.from_config(str(file.parent)) as made:
            assert foreign(made) == ""
            queue = made.get_concurrency_config().run_queue_config
        assert queue.tag_concurrency_limits == told["concurrency"]["runs"]["tag_concurrency_limits"]


@pytest.mark.parametrize("limits", [[], None, as_dagster_says(LIMITS.tags)[1:]])
def test_an_instance_whose_file_gives_fewer_limits_is_not_ours(ours, tmp_path, limits):
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(limited_by(ours, limits)))
    with dg.DagsterInstance.from_config(str(tmp_path)) as made:
        assert "no limit of at most 1 for traderai/class backfill; nothing is" in foreign(made)


def test_an_instance_of_ours_and_one_in_memory_pass(repository, tmp_path):
    (tmp_path / "dagster.yaml").symlink_to(repository / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(tmp_path)) as made:
        assert foreign(made) == ""
    with dg.DagsterInstance.ephemeral() as made:
        assert foreign(made) == ""


def test_sensors_in_a_foreign_instance_do_nothing_and_say_why(foreign_instance):
    definitions = build_definitions()
    sensors = {sensor.name: sensor for sensor in definitions.sensors}
    for name in ("stale_candles", "orphaned_runs"):
        with dg.build_sensor_context(
            instance=foreign_instance,
            repository_def=definitions.get_repository_def(),
            resources={name: definitions.resources[name] for name in ("lake", "exchange")},
        ) as context:
            said = sensors[name].evaluate_tick(context)
        assert said.run_requests == []
        assert f"{foreign_instance.root_directory} is not TraderAI's: " in said.skip_message
        assert "its run_coordinator is " in said.skip_message


def test_a_run_in_a_foreign_instance_stops_before_it_reads_the_lake(foreign_instance, tmp_path):
    settings = Settings(home=tmp_path / "home")
    lake = build_definitions(settings=settings).resources["lake"]

    @dg.asset
    def reads(lake: dg.ResourceParam[object]):
        raise AssertionError(lake)

    with pytest.raises(DagsterResourceFunctionError) as raised:
        dg.materialize([reads], instance=foreign_instance, resources={"lake": lake})
    assert isinstance(raised.value.__cause__, InvalidSettings)
    assert "is not TraderAI's" in str(raised.value.__cause__)
    assert list(tmp_path.iterdir()) == []
