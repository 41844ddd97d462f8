"""What a run's worker imports, as `python -X importtime` lists it: every run pays for it anew."""

import json
import re
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import CodePointer
from dagster._core.events import DagsterEvent
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._serdes import serialize_value

from tests.queue import location
from tests.test_definitions import HEAVY
from traderai_assets.definitions import build_definitions
from traderai_assets.settings import Settings

# The runs are kept with SQLAlchemy; pandera imports hypothesis where it is installed, as it is here
NEEDED = {"sqlalchemy", "hypothesis"}
TO_SAY_WHAT_A_TABLE_IS = {"pandas", "numpy", "pandera", "pyarrow"}
FRAMES = {"pandas", "numpy", "pandera", "pyarrow", "deltalake"}
PARTITION = "binance.BTC-USDT.5m|2026-03"


def imported_by(instance: dg.DagsterInstance, job: dg.JobDefinition, code: CodePointer) -> set[str]:
    """Run a job in a worker, as the launcher does; return the top-level packages it imported."""
    origin = JobPythonOrigin(job.name, RepositoryPythonOrigin(sys.executable, code))
    tags = {"dagster/partition": PARTITION} if job.partitions_def else {}
    run = instance.create_run_for_job(job, job_code_origin=origin, tags=tags)
    starting = DagsterEvent(dg.DagsterEventType.RUN_STARTING.value, job_name=job.name)
    instance.report_dagster_event(starting, run_id=run.run_id)
    worker = [sys.executable, "-X", "importtime", "-m", "traderai_assets.instance.worker"]
    word = json.dumps([run.run_id, serialize_value(instance.get_ref())])
    done = subprocess.run(  # noqa: S603
        worker, input=f"{word}\n", text=True, capture_output=True, check=True
    )
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.SUCCESS, done.stderr
    return set(re.findall(r"^import time:[ \d|]+\| +(\w+)", done.stderr, flags=re.MULTILINE))


@pytest.fixture
def instance(tmp_path, monkeypatch, repository):
    home = tmp_path / "home"
    (home / "dagster").mkdir(parents=True)
    (home / "dagster" / "dagster.yaml").symlink_to(repository / "dagster.yaml")
    (home / location.SECONDS_FILE).write_text("0")
    monkeypatch.chdir(repository)
    monkeypatch.setenv("TRADERAI_HOME", str(home))
    monkeypatch.setenv(location.FOLDER_VARIABLE, str(home))
    with dg.DagsterInstance.from_config(str(home / "dagster")) as made:
        made.add_dynamic_partitions("markets", [PARTITION.partition("|")[0]])
        yield made


def test_a_worker_whose_code_needs_nothing_imports_dagster_and_no_more(instance, repository):
    job = location.defs.resolve_job_def("expire_signals")
    file = Path(location.__file__)
    code = CodePointer.from_python_file(str(file), "defs", str(repository))
    found = imported_by(instance, job, code)
    assert {"dagster", "traderai_assets"} <= found
    assert found & (HEAVY | FRAMES) == {"sqlalchemy"}


@pytest.mark.parametrize(
    ("job", "used"),
    [
        ("maintain_lake", {"deltalake"}),
        ("generate_signals", {"deltalake"}),
        ("expire_signals", {"deltalake"}),  # There is no signal to reconcile
    ],
)
def test_a_worker_of_the_platform_imports_nothing_heavy_that_its_run_does_not_use(
    instance, repository, tmp_path, job, used
):
    platform = build_definitions(settings=Settings(home=tmp_path / "home"))
    code = CodePointer.from_module("traderai_assets.definitions", "defs", str(repository))
    found = imported_by(instance, platform.resolve_job_def(job), code)
    assert found >= TO_SAY_WHAT_A_TABLE_IS
    assert (found & HEAVY) - NEEDED <= used
