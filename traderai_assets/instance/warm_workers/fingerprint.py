"""What a loaded process has read that may change under it: its code, its settings, its environment.

A worker that is started reads all of it anew. One that is forked has what the fork server had, so
the two are compared whenever a run is launched: files by their time and size, variables by value,
and the day, since a history reaches back from it.
"""

import hashlib
import os
import site
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.settings import Settings
from traderai_assets.settings_files import home_file, read_toml

ROOT = Path(__file__).parents[3]
PACKAGES = ("traderai_assets", "resources", "sensors")
SETTINGS_FILE = Path("traderai.toml")


def fingerprint(code: Iterable[Path], now: datetime) -> str:
    """Digest of everything on which definitions depend, as it is now.

    Parameters
    ----------
    code : iterable of Path
        Files beside the platform's own packages, whether they are there or not.
    now : datetime
    """
    digest = hashlib.sha256(f"{now:%Y-%m-%d}\0".encode())
    for name, value in sorted(os.environ.items()):
        digest.update(f"{name}={value}\0".encode(errors="surrogateescape"))
    for path in (*_own_code(), *code, *_settings_files(), *_libraries()):
        digest.update(f"{path} {_state(path)}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _own_code() -> Iterator[Path]:
    for package in PACKAGES:
        for folder, _, files in os.walk(ROOT / package):
            yield from (Path(folder, file) for file in sorted(files) if file.endswith(".py"))


def _settings_files() -> Iterator[Path]:
    yield SETTINGS_FILE
    try:
        yield home_file(read_toml(SETTINGS_FILE), Settings)
    except InvalidSettings:
        return  # Whoever loads it says what is wrong


def _libraries() -> list[Path]:
    """Folders that change when a package is installed or removed."""
    return [Path(folder) for folder in site.getsitepackages()]


def _state(path: Path) -> str:
    try:
        found = path.stat()
    except OSError as error:
        return f"unreadable {error.errno}"
    return f"{found.st_mtime_ns} {found.st_size}"
