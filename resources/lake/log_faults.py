"""What is wrong with a log that Delta cannot read, in words: it names no file and no way out."""

import json

from resources.lake.checkpoints import HINT_PATH, checkpoint_path, kept_checkpoints
from resources.lake.commit_log import kept_versions
from resources.lake.storage import LOG_FOLDER, Storage

_NAMED = 5


def log_fault(storage: Storage) -> str:
    """Say what is missing in the log of a table; "" where nothing is."""
    if storage.folder is not None and not storage.folder.is_dir():
        return f"{storage.folder} is a file, where the table's folder should be"
    return _hint_to_nothing(storage) or _hole(storage)


def _hint_to_nothing(storage: Storage) -> str:
    if not storage.existing([HINT_PATH]):
        return ""
    try:
        hint = checkpoint_path(int(json.loads(storage.read(HINT_PATH))["version"]))
    except (ValueError, TypeError, KeyError):
        return f"{storage.uri(HINT_PATH)} cannot be read; delete it, it is a hint only"
    if storage.existing([hint]):
        return ""
    there = _hole(storage)
    mend = there or f"delete {HINT_PATH}: every commit is there, and nothing else is needed"
    return f"{storage.uri(HINT_PATH)} names {hint}, which is missing; {mend}"


def _hole(storage: Storage) -> str:
    commits = kept_versions(storage)
    if not commits:
        return ""
    start = max(kept_checkpoints(storage), default=-1) + 1
    missing = sorted(set(range(start, commits[-1])) - set(commits))
    if not missing:
        return ""
    names = ", ".join(f"{version:020d}.json" for version in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return f"{storage.uri(LOG_FOLDER)} lacks {names}{more}"
