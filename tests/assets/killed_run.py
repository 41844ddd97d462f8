"""A run in a process of its own that dies at a chosen moment, as by kill -9: nothing is tidied."""

import multiprocessing
import multiprocessing.context
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import dagster as dg

from tests.assets.in_process_platform import InProcessPlatform
from tests.live.ticks import tick
from traderai_assets.cli.context import INSTANCE_FILE
from traderai_assets.work_classes import LIVE_JOB

# Jobs, each with its months and the assets that are asked of it (all where none are named)
Work = Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]]
_REPOSITORY = Path(__file__).parents[2]
_KILLED = 137
_TIMEOUT_SECONDS = 120


class Moment(NamedTuple):
    """When to die: before a table is published, or (without one) before partitions get events."""

    table: str = ""
    times: int = 1


def before_table(table: str, times: int = 1) -> Moment:
    """As the table is about to be published, the first time or a later one."""
    return Moment(table, times)


def before_events() -> Moment:
    """When Dagster has the run's own event, but not yet those of its partitions."""
    return Moment()


def kill_run(home: Path, url: str, job: str, *months: str, moment: Moment, **settings: Any) -> None:
    """Run a job in a process of its own until `moment`, and see that it died then."""
    child = _forkserver().Process(target=_run, args=(home, url, job, months, moment, settings))
    child.start()
    child.join(_TIMEOUT_SECONDS)
    if child.is_alive():
        child.kill()
    assert child.exitcode == _KILLED


def kill_after(home: Path, url: str, work: Work, seconds: float | None, **settings: Any) -> float:
    """Run jobs in a process of its own and kill it after so many seconds of work.

    Returns
    -------
    float
        Seconds that it was at work. Without `seconds` it is left to end.
    """
    context = _forkserver()
    begun = context.Event()
    child = context.Process(target=_run_all, args=(home, url, work, settings, begun))
    child.start()
    assert begun.wait(_TIMEOUT_SECONDS)
    since = time.monotonic()
    child.join(_TIMEOUT_SECONDS if seconds is None else seconds)
    if seconds is not None:
        child.kill()
        child.join()
    assert child.exitcode in ((0,) if seconds is None else (0, -signal.SIGKILL))
    return time.monotonic() - since


def remembering(home: Path) -> dg.DagsterInstance:
    """An instance on disk, which outlives its process; as the project's dagster.yaml makes it."""
    folder = home / "dagster"
    folder.mkdir(exist_ok=True)
    if not (folder / INSTANCE_FILE).exists():
        (folder / INSTANCE_FILE).symlink_to(_REPOSITORY / INSTANCE_FILE)
    return dg.DagsterInstance.from_config(str(folder))


def _forkserver() -> multiprocessing.context.ForkServerContext:
    """Return how to fork from a process that has imported all this and started no thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["tests.assets.in_process_platform", "ccxt", "deltalake", "pandera.pandas"]
    )
    return context


def _run_all(home: Path, url: str, work: Work, settings: dict[str, Any], begun: Any) -> None:
    exchange_elsewhere: Any = SimpleNamespace(url=url)
    with remembering(home) as instance:
        platform = InProcessPlatform(home, exchange_elsewhere, instance, **settings)
        begun.set()
        for job, months, only in work:
            if job == LIVE_JOB:
                tick(platform)
            else:
                platform.run(job, *months, only=only)


def _run(
    home: Path,
    url: str,
    job: str,
    months: tuple[str, ...],
    moment: Moment,
    settings: dict[str, Any],
) -> None:
    exchange_elsewhere: Any = SimpleNamespace(url=url)
    with remembering(home) as instance:
        platform = InProcessPlatform(home, exchange_elsewhere, instance, **settings)
        _arm(moment)
        platform.run(job, *months)


def _arm(moment: Moment) -> None:
    from resources.lake.snapshot import LakeSnapshot
    from traderai_assets.runs.publication import Publication

    publish: Any = LakeSnapshot.publish
    left = moment.times

    def deadly_publish(snapshot: LakeSnapshot, *args: Any, **options: Any) -> Any:
        nonlocal left
        left -= snapshot.table.name == moment.table
        if snapshot.table.name == moment.table and left == 0:
            os._exit(_KILLED)
        return publish(snapshot, *args, **options)

    LakeSnapshot.publish = deadly_publish  # type: ignore[method-assign]
    if not moment.table:
        Publication._log_events = lambda _: os._exit(_KILLED)  # type: ignore[method-assign]
