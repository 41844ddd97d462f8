"""An instance of which only the files are read: each answer is Dagster's own, without its import.

Where the files are of another version of Dagster than the one we know, they are not read so.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from traderai_assets.instance.database_files import DatabaseFiles
from traderai_assets.instance.database_reading.stored_run import COLUMNS, StoredRecord

REVISION = "29b539ebc72a"
"""Of the tables, as the pinned version of Dagster lays them out."""
_SECONDS_TO_WAIT = 30


class InstanceFiles:
    """What is stored in an instance's SQLite files."""

    def __init__(self, home: Path) -> None:
        self._files = DatabaseFiles.of(home)
        self._events = home / "history" / "runs"

    @property
    def can_be_read(self) -> bool:
        """Whether all files are there, laid out as we know them."""
        return all(file.exists() and _revision(file) == REVISION for file in self._files)

    def run_records(
        self,
        statuses: Sequence[str],
        *,
        tags: Mapping[str, Sequence[str]],
        limit: int | None,
        ascending: bool,
    ) -> list[StoredRecord]:
        """Return runs in one of the statuses that have one of the values of each tag."""
        wanted, values = [], [*statuses]
        if statuses:
            wanted.append(f"status IN ({_marks(statuses)})")
        for key, any_of in tags.items():
            wanted.append(
                f"run_id IN (SELECT run_id FROM run_tags WHERE key = ? "  # noqa: S608  # Marks alone
                f"AND value IN ({_marks(any_of)}))"
            )
            values += [key, *any_of]
        where = f"WHERE {' AND '.join(wanted)}" if wanted else ""
        order = f"ORDER BY id {'ASC' if ascending else 'DESC'}"
        most = "" if limit is None else f"LIMIT {limit:d}"
        rows = self._read(
            self._files.runs,
            f"SELECT {COLUMNS} FROM runs {where} {order} {most}",  # noqa: S608  # Marks alone
            values,
        )
        return [StoredRecord.of_row(row) for row in rows]

    def notes(self, names: Sequence[str]) -> dict[str, str]:
        """Return the notes of these names that exist."""
        query = f"SELECT key, value FROM kvs WHERE key IN ({_marks(names)})"  # noqa: S608  # Marks
        return dict(self._read(self._files.runs, query, names)) if names else {}

    def heartbeat(self, daemon: str) -> float | None:
        """Return when a daemon wrote last that it lives, in seconds since 1970."""
        query = "SELECT body FROM daemon_heartbeats WHERE daemon_type = ?"
        rows = self._read(self._files.runs, query, [daemon])
        return float(json.loads(rows[0][0])["timestamp"]) if rows else None

    def get_dynamic_partitions(self, name: str) -> list[str]:
        """Return the partitions of a set, in the order in which they were added."""
        query = "SELECT partition FROM dynamic_partitions WHERE partitions_def_name = ? ORDER BY id"
        return [row[0] for row in self._read(self._files.events, query, [name])]

    def last_ticks(self) -> list[tuple[str, Any]]:
        """Return the name of each sensor, and its last tick where there is one and it failed."""
        rows = self._read(
            self._files.sensors,
            "SELECT selector_id, instigator_body FROM instigators WHERE instigator_type = 'SENSOR'",
        )
        found = []
        for selector, body in rows:
            ticks = self._read(
                self._files.sensors,
                "SELECT status, tick_body FROM job_ticks WHERE selector_id = ? "
                "ORDER BY timestamp DESC LIMIT 1",
                [selector],
            )
            if ticks and ticks[0][0] == "FAILURE":
                name = json.loads(body)["origin"]["job_name"]
                found.append((name, plain_value(json.loads(ticks[0][1]))))
        return found

    def events(
        self, run_id: str, kinds: Sequence[str], *, limit: int | None, ascending: bool
    ) -> list[Any]:
        """Return events of a run of these kinds, the oldest first or the newest."""
        file = self._events / f"{run_id}.db"
        if not file.exists():
            return []
        most = "" if limit is None else f"LIMIT {limit:d}"
        query = (
            f"SELECT event FROM event_logs WHERE dagster_event_type IN ({_marks(kinds)}) "  # noqa: S608
            f"ORDER BY id {'ASC' if ascending else 'DESC'} {most}"
        )
        return [_entry(json.loads(row[0])) for row in self._read(file, query, kinds)]

    def _read(self, file: Path, query: str, values: Iterable[str] = ()) -> list[tuple[Any, ...]]:
        with _opened(file) as opened:
            return opened.execute(query, tuple(values)).fetchall()


def plain_value(value: Any) -> Any:
    """Return what Dagster wrote as JSON as objects with attributes of the same names."""
    if isinstance(value, dict):
        if "__enum__" in value:
            return value["__enum__"].partition(".")[2]
        return SimpleNamespace(**{name: plain_value(inner) for name, inner in value.items()})
    return [plain_value(one) for one in value] if isinstance(value, list) else value


def _entry(value: Any) -> Any:
    """Return a log entry; its message is its event's, where that has one."""
    entry = plain_value(value)
    event = entry.dagster_event
    said = event.message if event is not None else None
    entry.message = entry.user_message if said is None else said
    return entry


def _revision(file: Path) -> str:
    with _opened(file) as opened:
        named = opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        if named.fetchone() is None:
            return ""
        row = opened.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{file.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=_SECONDS_TO_WAIT)) as opened:
        yield opened


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
