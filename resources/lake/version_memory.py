"""The highest version of each table, remembered outside of it: a table that goes back is noticed.

Delta takes the newest commit it finds for the newest there ever was, and no log for no table.
What is remembered may lag behind the table, after a crash between commit and note, and never leads.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from resources.lake.faults import mending
from traderai_assets.domain.errors import CorruptTable, LakeError

_SUFFIX = ".json"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remembered:
    """A table as it was last seen to grow."""

    version: int
    table_id: str
    """Delta's id of the table: one that was made anew has another."""
    uri: str
    seen_at: str


class VersionMemory:
    """A folder with a small file a table; without a folder nothing is remembered."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def tables(self) -> list[str]:
        """Paths of the tables that have ever been seen here, sorted."""
        if self._folder is None or not self._folder.is_dir():
            return []
        found = (file.relative_to(self._folder) for file in self._folder.rglob(f"*{_SUFFIX}"))
        return sorted(file.with_suffix("").as_posix() for file in found)

    def of(self, table: str) -> Remembered | None:
        """What is remembered of a table; None if it was never seen.

        Raises
        ------
        CorruptTable
            If the file is there and does not hold what was written.
        LakeError
            If it cannot be read.
        """
        if self._folder is None:
            return None
        file = self._file(self._folder, table)
        try:
            return Remembered(**json.loads(file.read_bytes()))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LakeError(
                f"{file}, which remembers the highest version of table {table}, cannot be read: "
                f"{error.strerror}; {mending(error) or 'mend the disk'}"
            ) from error
        except (ValueError, TypeError) as error:
            raise CorruptTable(
                f"{file}, which remembers the highest version of table {table}, cannot be read "
                f'({error}); look at the table and type "traderai lake accept {table}"'
            ) from error

    def note(self, table: str, seen: Remembered) -> None:
        """Remember a table's version, unless a higher one is remembered.

        What cannot be noted is logged and noted the next time: the table itself is whole, and a
        lake on a read-only disk can be read.
        """
        if self._folder is None:
            return
        try:
            with self._alone(self._folder):
                known = self.of(table)
                if known is None or known.version < seen.version:
                    self._write(self._file(self._folder, table), seen)
        except OSError as error:
            _log.warning(
                "version %s of table %s cannot be remembered in %s: %s",
                *(seen.version, table, self._folder, error),
            )

    def accept(self, table: str, seen: Remembered | None) -> None:
        """Take the table as it is for whole: as restored, or None where it is gone for good."""
        if self._folder is None:
            return
        with self._alone(self._folder):
            if seen is None:
                self._file(self._folder, table).unlink(missing_ok=True)
            else:
                self._write(self._file(self._folder, table), seen)

    @staticmethod
    def _file(folder: Path, table: str) -> Path:
        return folder / f"{table}{_SUFFIX}"

    @contextmanager
    def _alone(self, folder: Path) -> Iterator[None]:
        """Keep other writers out: the higher of two versions must win."""
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)  # Given back with the process, also by a kill
            yield
        finally:
            os.close(held)

    @staticmethod
    def _write(file: Path, seen: Remembered) -> None:
        """Whole or not at all, also after a power cut."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        with draft.open("w") as opened:
            json.dump(asdict(seen), opened)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)


def seen_now(version: int, table_id: str, uri: str) -> Remembered:
    """What is to be remembered of a table that was loaded just now."""
    return Remembered(version, table_id, uri, datetime.now(UTC).isoformat(timespec="seconds"))
