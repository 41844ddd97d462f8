"""Journal files: Optuna's, made safe against kills, full disks and flipped bits.

What Optuna makes of them (`JournalStorage`) and what a search writes is not known here.
"""

import fcntl
import json
import os
import weakref
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend

from traderai_assets.domain.errors import LakeError

CHECKSUM = "crc"
# Only the line that ends a trial has it
TRIAL_END = "datetime_complete"
COMPACT = (",", ":")
_TAIL_BYTES = 65_536


class JournalLock:
    """Keeps other writers out, and cuts off what a killed writer left of its last line.

    Optuna's own locks are files, which a kill leaves behind for 30 s. This one the kernel gives
    back with the process. It holds on one machine: a journal is not for a network file system.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None
        # Kept open, so that no file made in its place can have its inode
        self._first = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
        weakref.finalize(self, os.close, self._first)

    def acquire(self) -> bool:
        """Wait for the lock; it is held for one append at a time.

        Raises
        ------
        LakeError
            If the journal was removed meanwhile: what is known of it is no longer true.
        """
        try:
            self._held = os.open(self._path, os.O_RDWR)
            fcntl.flock(self._held, fcntl.LOCK_EX)
            self._check_same(self._held)
            _cut_torn_line(self._held)
        except FileNotFoundError as error:
            raise self._removed() from error
        except BaseException:
            self.release()
            raise
        return True

    def release(self) -> None:
        """Let the next writer in."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _check_same(self, held: int) -> None:
        if not os.path.samestat(os.fstat(held), os.fstat(self._first)):
            raise self._removed()

    def _removed(self) -> LakeError:
        return LakeError(
            f"journal {self._path} was removed while a search was at work; run the search again"
        )


class Journal(JournalFileBackend):  # type: ignore[misc]  # Optuna's classes are untyped here
    """Optuna's journal, with a checksum in every line.

    Optuna reads it as any other journal; here, lines without a checksum are refused.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers = JournalLock(path)
        except OSError as error:
            raise self._not_written(error) from error
        super().__init__(str(path), lock_obj=self._writers)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Write lines; with the one that ends a trial, all are on the disk when this returns.

        Those before it survive a kill of the process as they are: Optuna waits for the disk at
        every line, and a busy disk makes that the most of what a search costs.
        """
        lines = [json.dumps({**log, CHECKSUM: _checksum(log)}, separators=COMPACT) for log in logs]
        try:
            self._writers.acquire()
            try:
                with self._path.open("ab") as journal:
                    journal.write("".join(f"{line}\n" for line in lines).encode())
                    journal.flush()
                    if any(TRIAL_END in log for log in logs):
                        os.fsync(journal.fileno())
            finally:
                self._writers.release()
        except OSError as error:
            raise self._not_written(error) from error

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """Read lines, each checked before it is used."""
        try:
            for log in super().read_logs(log_number_from):
                yield _checked(log)
        except (ValueError, AttributeError, TypeError) as error:  # Not JSON, or not an object
            raise LakeError(
                f"journal {self._path} is damaged ({error}); move it away and run the search "
                "again, from its first trial"
            ) from error
        except OSError as error:
            raise LakeError(f"journal {self._path} cannot be read ({error.strerror})") from error

    def _not_written(self, error: OSError) -> LakeError:
        return LakeError(
            f"journal {self._path} cannot be written ({error.strerror}); mend that and run the "
            "search again: it goes on where it stood"
        )


def _checked(log: dict[str, Any]) -> dict[str, Any]:
    if log.pop(CHECKSUM, None) != _checksum(log):
        raise ValueError("a line does not match its checksum")
    return log


def _checksum(log: dict[str, Any]) -> str:
    text = json.dumps(log, separators=COMPACT)
    return f"{zlib.crc32(text.encode()):08x}"


def _cut_torn_line(journal: int) -> None:
    """Cut off a last line without its end: nobody was told that it is stored.

    Appended to, it would make one unreadable line with the next, and Optuna then refuses the file.
    """
    size = end = os.fstat(journal).st_size
    while end > 0:
        start = max(0, end - _TAIL_BYTES)
        newline = os.pread(journal, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end < size:
        os.ftruncate(journal, end)
