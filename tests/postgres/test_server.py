"""The server that the tests start: it keeps what it was told, and goes when they go."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from tests.postgres.server import HOST, PostgresServer

ABANDONED = """
from tests.postgres.server import PostgresServer
with PostgresServer() as server:
    print(server.execute("SELECT pg_backend_pid(), current_setting('data_directory')"), flush=True)
    input()
"""


@pytest.mark.parametrize("version", [16, 18])
@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_what_was_committed_is_there_after_a_stop_and_a_start(version, mode):
    with PostgresServer(version=version) as server:
        server.database("kept")
        server.execute("CREATE TABLE bars AS SELECT 42 AS close", "kept")
        server.stop(mode)
        server.start()
        assert server.execute("SELECT close FROM bars", "kept") == [(42,)]
        assert server.execute("SHOW server_version_num")[0][0].startswith(str(version))


def test_nobody_comes_in_without_the_password(postgres_server):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(
            host=HOST,
            port=postgres_server.port,
            user="traderai",
            password="guess",  # noqa: S106
            dbname="postgres",
        )


def test_it_ends_when_whoever_started_it_is_killed(repository):
    command = [sys.executable, "-c", ABANDONED]
    with subprocess.Popen(  # noqa: S603
        command, cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        folder = Path(started.stdout.readline().split("'")[1])
        postmaster = int((folder / "postmaster.pid").read_text().split()[0])
        os.kill(started.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while Path(f"/proc/{postmaster}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    shutil.rmtree(folder.parent)
