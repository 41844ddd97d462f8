"""Processes: Dagster's web server, daemon and one code server, started and stopped as one."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from traderai_assets.cli.house import dagster_home
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.queue.policy import PAGE
from traderai_assets.settings import Settings

HOST = "127.0.0.1"  # the web server has no authentication
SECONDS_TO_START = 120
SECONDS_TO_STOP = 20


@contextmanager
def dagster_running(
    settings: Settings, *, port: int, environment: Mapping[str, str], log: Path | None
) -> Iterator[str]:
    """Run `dagster dev` (web server, daemon, one shared code server); yield the web UI's URL."""
    log_file = log.open("ab") if log else None
    serve = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml"]
    process = subprocess.Popen(  # noqa: S603
        [*serve, "-h", HOST, "-p", str(port)],
        env={
            **os.environ,
            "DAGSTER_RUN_QUEUE_PAGE_SIZE": str(PAGE),
            **environment,
            "DAGSTER_HOME": str(dagster_home(settings)),
        },
        stdout=log_file,
        stderr=subprocess.STDOUT if log_file else None,
        start_new_session=True,  # Ctrl-C reaches us alone, and we end the whole group
    )
    url = f"http://{HOST}:{port}"
    try:
        _wait_until_it_answers(process, f"{url}/server_info", log)
        yield url
        if log_file is None:
            process.wait()
    finally:
        _stop(process)
        if log_file:
            log_file.close()


@contextmanager
def sandbox_running(arguments: Sequence[str], url: str, log: Path) -> Iterator[None]:
    """Run `traderai sandbox` with `arguments` while the block lasts."""
    with log.open("ab") as log_file:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "traderai_assets.cli", "sandbox", *arguments],
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_it_answers(process, f"{url}/api/v3/ping", log)
            yield
        finally:
            _stop(process)


def free_port(preferred: int) -> int:
    """Return `preferred` if nobody listens there, else a free port."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise TraderAIError(f"no free port on {HOST}")


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path | None) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    where = f"; see {log}" if log else ""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise TraderAIError(
                f"the process behind {url} stopped with code {process.returncode}{where}"
            )
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise TraderAIError(f"nothing answered at {url} within {SECONDS_TO_START} s{where}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and all it has started; it leads a group of its own."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _end_group(process.pid)


def _end_group(group: int) -> None:
    """Give code servers and runs, which outlive `dagster dev`, time to end; then end them.

    A run that is ended so is settled and tried again when Dagster is started the next time.
    """
    if not _gone_within(group, SECONDS_TO_STOP):
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        _gone_within(group, SECONDS_TO_STOP)


def _gone_within(group: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
