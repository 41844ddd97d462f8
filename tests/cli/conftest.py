"""The command line as its installed script runs it, on a home of its own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from traderai_assets.cli.context import INSTANCE_FILE, open_instance
from traderai_assets.cli.main import main
from traderai_assets.instance.process_identity import ProcessIdentity
from traderai_assets.instance.run_coordinator import queue_tags
from traderai_assets.instance.run_workers import WORKER_TAG
from traderai_assets.settings import Settings, load_settings

MARKET = "binance.BTC-USDT.1h"
OPEN_MONTH = "2026-05"
ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("traderai"), "__repository__"), "train"
)


class Outcome(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path, repository, monkeypatch) -> Iterator[Settings]:
    """Stand in the project's folder, with nothing stored yet."""
    mask = os.umask(0o077)  # A home that others can read is closed, and that is told once
    monkeypatch.chdir(repository)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("TRADERAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRADERAI_TIMEFRAME", "1h")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield load_settings()
    os.umask(mask)


@pytest.fixture(scope="session")
def empty_instance(tmp_path_factory, repository) -> Path:
    """An instance with nothing in it, to be copied: to lay its tables out takes long."""
    folder = tmp_path_factory.mktemp("dagster")
    (folder / INSTANCE_FILE).symlink_to(repository / INSTANCE_FILE)
    with dg.DagsterInstance.from_config(str(folder)) as made:
        assert made.get_runs() == []
        assert made.get_records_for_run("none").records == []
        assert made.all_instigator_state() == []
    return folder


@pytest.fixture
def traderai(home, monkeypatch, capsys) -> Iterator[Callable[..., Outcome]]:  # noqa: ARG001
    """Run `traderai ARGUMENTS` in this process."""
    ending = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["traderai", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Outcome(ended.value.code or 0, said.out, said.err)

    yield run
    for one, handler in ending.items():
        signal.signal(one, handler)


@pytest.fixture
def instance(home, empty_instance) -> Iterator[dg.DagsterInstance]:
    shutil.copytree(empty_instance, home.home / "dagster", symlinks=True)
    with open_instance(home) as opened:
        yield opened


@pytest.fixture
def run(instance) -> Callable[..., dg.DagsterRun]:
    """Make a run as the coordinator stamps it; who works is this process, unless another is told.

    `worker=None` leaves nobody, `stamped=False` is a run that came past the coordinator.
    """

    def make(job, status, *, market=MARKET, worker="", stamped=True, tags=None, **more):
        named = {"dagster/partition": f"{market}|2026-04", **(tags or {})}
        made = dg.DagsterRun(
            job_name=job, status=status, tags=named, remote_job_origin=ORIGIN, **more
        )
        found = queue_tags(made, OPEN_MONTH) if stamped else {}
        if worker is not None:
            found[WORKER_TAG] = f"{made.run_id} {worker or ProcessIdentity.here().text}"
        # Progress is what a worker adds once the run is out of the queue
        return instance.add_run(made.with_tags({**named, **found, **(tags or {})}))

    return make


@pytest.fixture
def gone() -> str:
    """Identity of a worker that is no more."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        identity = ProcessIdentity.of(process.pid)
    return identity.text
