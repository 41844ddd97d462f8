"""Tables that are to begin anew: what is stored goes, and what is remembered of them with it.

A table's folder is moved out of the lake first, whole and at once. Then it is told to the memory of
versions that the table is gone for good, and only then its files are deleted. Who is killed in
between does the same again: what was moved already is found by its place, and the memory is told.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from resources.lake.delta_tables import Place
from resources.lake.faults import raised_as
from resources.lake.storage import Storage
from traderai_assets.domain.errors import LakeError


@dataclass(frozen=True)
class Stored:
    """What lies in the place of a table, and of one that was to go and did not quite.

    Attributes
    ----------
    files, size : int
        Size in bytes.
    """

    files: int
    size: int


def lies_there(place: Place) -> Stored | None:
    """Measure a table's folder; None on an object store, which is not walked."""
    folders = _folders(place)
    if folders is None:
        return None
    sizes = [size for folder in folders for size in _sizes(folder)]
    return Stored(len(sizes), sum(sizes))


def begin_anew(place: Place) -> None:
    """Delete a table with all its versions, so that it is as if nobody had ever written it.

    Raises
    ------
    LakeError
        If it lies in an object store, or its files cannot be moved or deleted.
    """
    folders = _folders(place)
    if folders is None:
        raise LakeError(
            f"table {place.table.path} lies in an object store, {place.uri}, which moves no folder "
            "at once: reset its markets one by one with --market, or delete it there and type "
            f'"traderai lake accept {place.table.path} --gone"'
        )
    here, going = folders
    what = f"deleting table {place.table.path} at {here}"
    with raised_as(LakeError, what, "mend the cause and do it again: it goes on where it was"):
        if going.exists():
            shutil.rmtree(going)
        if here.exists():
            going.parent.mkdir(parents=True, exist_ok=True)
            here.rename(going)
        place.memory.accept(place.table.path, None)
        if going.exists():
            shutil.rmtree(going)


def _folders(place: Place) -> tuple[Path, Path] | None:
    """Where the table lies, and where it is moved to before it is deleted; on the same disk."""
    here = Storage(place.uri, place.options).folder
    if here is None:
        return None
    root = here.parents[place.table.path.count("/")]
    return here, root.with_name(f"{root.name}-going") / place.table.path


def _sizes(folder: Path) -> Iterator[int]:
    for path, _, names in os.walk(folder):
        for name in names:
            yield (Path(path) / name).lstat().st_size
