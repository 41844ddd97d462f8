"""Files that people name: replaced whole, or left as they were.

A disk that fills up, a kill or an error in between costs the draft and nothing else.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from traderai_assets.domain.errors import InvalidInput

_EVERYBODY = 0o666


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a draft beside `path` to write to; it takes its place once it is whole and on disk.

    A link stays, and what it leads to is replaced. Permissions stay; a new file has those that any
    new file has. What is no file but can be written to, such as a pipe, is written to directly.

    Raises
    ------
    InvalidInput
        If `path` is a folder.
    OSError
        Naming the file, where it cannot be written; what was there before is there still.
    """
    target = path.resolve()
    if target.is_dir():
        raise InvalidInput(f"{path} is a folder; name a file in it")
    if target.exists() and not target.is_file():
        yield target
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o777 if target.exists() else _EVERYBODY & ~_umask()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".draft-", suffix=target.suffix)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        _to_disk(draft)
        draft.chmod(mode)
        draft.replace(target)
        _to_disk(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Wait until the file, or the names in a folder, would survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    """Which permissions new files are denied; there is no way to ask without setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
