"""The files of one table: reading them whole, making them durable, sweeping up after writers.

Delta alone writes into the table. Paths are relative to the table's root, on any store.
"""

import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from resources.lake.faults import answering

if TYPE_CHECKING:
    from deltalake.fs import DeltaStorageHandler

LOG_FOLDER = "_delta_log"
# object_store writes `name#1` and renames it; it never lists such a file, so nor does vacuum.
_STAGED = re.compile(r".+#\d+")
# delta-rs writes a commit under such a name first.
_STAGED_COMMIT = re.compile(r"_commit_.+\.tmp(#\d+)?")


def is_staged(name: str) -> bool:
    """Whether a file is what a writer had not finished."""
    return bool(_STAGED.fullmatch(name) or _STAGED_COMMIT.fullmatch(name))


def table_uri(path_or_uri: str) -> str:
    """The place of a table as Delta writes it: a folder becomes a file URI."""
    if urlsplit(path_or_uri).scheme in ("", "file"):
        return _folder_of(path_or_uri).absolute().as_uri() + "/"
    return path_or_uri.rstrip("/") + "/"


def _exists(folder: Path) -> bool:
    """Whether it is there; raises OSError where nobody can tell."""
    try:
        folder.stat()
    except FileNotFoundError:
        return False
    return True


def _folder_of(path_or_uri: str) -> Path:
    parts = urlsplit(path_or_uri)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else Path(path_or_uri)


class Storage:
    """Whole files of one table, on a local folder or an object store."""

    def __init__(self, place: str, options: Mapping[str, str]) -> None:
        self._uri = table_uri(place)
        self._options = dict(options)

    @cached_property
    def _handler(self) -> "DeltaStorageHandler":
        from deltalake.fs import DeltaStorageHandler

        return DeltaStorageHandler(self._uri, self._options)

    @cached_property
    def folder(self) -> Path | None:
        """The table's folder, if it is one; None on an object store."""
        return _folder_of(self._uri) if urlsplit(self._uri).scheme == "file" else None

    @property
    def place(self) -> str:
        """Where the table is, for people."""
        return str(self.folder or self._uri.rstrip("/"))

    def uri(self, path: str) -> str:
        """Where a file is, for people."""
        return f"{self._uri.rstrip('/')}/{path}"

    def read(self, path: str) -> bytes:
        """The whole content of a file."""
        with answering(self.uri(path)):
            content: bytes = self._handler.open_input_file(path).read()
        return content

    def write(self, path: str, content: bytes) -> None:
        """Write a small file of ours beside the tables, whole or not at all."""
        with answering(self.uri(path)):
            if self.folder is None:
                with self._handler.open_output_stream(path) as stream:
                    stream.write(content)
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f"{path}.draft"
            draft.write_bytes(content)
            draft.replace(self.folder / path)

    def names(self, folder: str) -> list[str]:
        """Names of what is directly in a folder, sorted; none if there is no such folder."""
        from pyarrow.fs import FileSelector

        with answering(self.uri(folder)):
            if self.folder is not None and not _exists(self.folder):
                return []  # Of such a place Delta tells that it is no table, and no more
            found = self._handler.get_file_info_selector(FileSelector(folder, allow_not_found=True))
        return sorted(info.base_name for info in found)

    def existing(self, paths: Iterable[str]) -> list[str]:
        """Those of the files that exist."""
        from pyarrow.fs import FileType

        with answering(self._uri):
            found = self._handler.get_file_info(list(paths))
        return [info.path for info in found if info.type == FileType.File]

    def make_durable(self, paths: Iterable[str]) -> None:
        """Flush files and the folders they stand in to the disk.

        delta-rs 1.6 calls no fsync on a local folder: after a power cut a commit that was
        acknowledged could be gone. An object store has answered for its own writes.
        """
        if self.folder is None:
            return
        files = {self.folder / path for path in paths}
        folders = {
            folder
            for file in files
            for folder in file.parents
            if folder.is_relative_to(self.folder)
        }
        for path in (*files, *folders):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def sweep(self, older_than: datetime) -> int:
        """Remove staged files and empty folders that nobody touched since; return how many.

        Only a local folder has them: an object store has no folders and drops an upload that was
        never completed.
        """
        if self.folder is None:
            return 0
        limit = older_than.timestamp()
        swept = 0
        for parent, _, files in os.walk(self.folder, topdown=False):
            here = Path(parent)
            untouched = here.stat().st_mtime < limit
            for file in files:
                if _STAGED.fullmatch(file) and (here / file).stat().st_mtime < limit:
                    (here / file).unlink()
                    swept += 1
            # Only the deepest folders: a writer that is about to use one has just touched it.
            if untouched and here.name.startswith("content_hash=") and not any(here.iterdir()):
                here.rmdir()
                swept += 1
        return swept
