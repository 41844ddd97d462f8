"""What lies in a home, by folder: how many files, how large, and how much of it is of the last day.

What is of the last day and still there is what a home grows by, as long as nothing is as old as
`[retention]` lets it become; from then on as much goes as comes.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

# Of the folder with Dagster's databases, files of runs and logs are shown one by one
_INSIDE = ("dagster", "lake")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FolderUse:
    """One folder of a home, with all below it.

    Attributes
    ----------
    folder : str
        Relative to the home; "." is what lies in the home itself.
    files : int
    size, last_day : int
        Bytes; `last_day` of files that were written within a day.
    """

    folder: str
    files: int
    size: int
    last_day: int


def disk_use(home: Path, now: datetime) -> list[FolderUse]:
    """Measure the folders of a home, the largest first; none where there is no home."""
    found = [
        _measured(home, folder, now, deep=folder not in (".", *_INSIDE))
        for folder in _folders(home)
    ]
    return sorted((one for one in found if one.files), key=lambda one: -one.size)


def _folders(home: Path) -> Iterator[str]:
    if not home.is_dir():
        return
    yield "."
    for child in sorted(home.iterdir()):
        if child.is_dir() and not child.is_symlink():
            yield child.name
            if child.name in _INSIDE:
                yield from (
                    f"{child.name}/{one.name}" for one in sorted(child.iterdir()) if one.is_dir()
                )


def _measured(home: Path, folder: str, now: datetime, *, deep: bool) -> FolderUse:
    files = size = last_day = 0
    since = (now - _DAY).timestamp()
    for path, below, names in os.walk(home / folder):
        if not deep:
            below.clear()
        for name in names:
            with suppress(FileNotFoundError):  # It went while we looked
                state = (Path(path) / name).lstat()
                files += 1
                size += state.st_size
                last_day += state.st_size if state.st_mtime >= since else 0
    return FolderUse(folder, files, size, last_day)
