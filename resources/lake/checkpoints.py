"""Checkpoints of the log: where Delta starts reading from, and how a damaged one is noticed.

Parquet as Delta writes it carries no checksum, so the commits after a checkpoint carry its digest.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from resources.lake.commit_log import WAY_OUT, Commit, Seal, digest_of
from resources.lake.storage import LOG_FOLDER, Storage
from traderai_assets.domain.errors import CorruptPartition

if TYPE_CHECKING:
    from deltalake import DeltaTable, PostCommitHookProperties

# Fifty commits of one partition, or five of a hundred: reading as much takes about 20 ms.
CHECKPOINT_WEIGHT = 500
HINT_PATH = f"{LOG_FOLDER}/_last_checkpoint"
_SUFFIX = ".checkpoint.parquet"


def checkpoint_path(version: int) -> str:
    """Where Delta keeps the checkpoint of a version."""
    return f"{LOG_FOLDER}/{version:020d}{_SUFFIX}"


def newest_checkpoint(storage: Storage, version: int) -> int | None:
    """The newest checkpoint at or below a version, if there is any."""
    if storage.existing([HINT_PATH]):
        hint = int(json.loads(storage.read(HINT_PATH))["version"])
        if hint <= version and storage.existing([checkpoint_path(hint)]):
            return hint
    older = (found for found in kept_checkpoints(storage) if found <= version)
    return max(older, default=None)


def kept_checkpoints(storage: Storage) -> list[int]:
    """Versions of which the log holds a checkpoint."""
    names = storage.names(LOG_FOLDER)
    return [int(name.removesuffix(_SUFFIX)) for name in names if name.endswith(_SUFFIX)]


def write_checkpoint(delta: "DeltaTable", storage: Storage) -> Seal:
    """Write the checkpoint of the loaded version; the next commit should carry its seal."""
    version = delta.version()
    delta.create_checkpoint()
    storage.make_durable([checkpoint_path(version), HINT_PATH])
    return _seal(storage, version)


def checked_seal(storage: Storage, version: int, commits: Sequence[Commit]) -> Seal:
    """The seal of a checkpoint, compared with what the commits after it carry.

    Raises
    ------
    CorruptPartition
        If the file is not the one they speak of.
    """
    seal = _seal(storage, version)
    carried = {c.seal for c in commits if c.seal is not None and c.seal.version == version}
    if carried and seal not in carried:
        raise CorruptPartition(
            f"checkpoint {storage.uri(checkpoint_path(version))} does not match the digest that "
            f"later commits carry; delete it and {HINT_PATH} if the commits before it are still "
            f"there, or {WAY_OUT}"
        )
    return seal


def no_hooks() -> "PostCommitHookProperties":
    """Checkpoints and the cleaning of logs are ours: a checkpoint needs its seal."""
    from deltalake import PostCommitHookProperties

    return PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def _seal(storage: Storage, version: int) -> Seal:
    return Seal(version, digest_of(storage.read(checkpoint_path(version))))
