"""Our entry in every commit of a table: who wrote what from which inputs, and how it is read back.

Delta's own `history()` numbers its answers by counting down and always starts at the newest commit,
so a lost entry or an older version shifts all that follow; here each commit's file is read by name.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from resources.lake.faults import raised_as
from resources.lake.partitions import PartitionSummary, partition_of
from resources.lake.storage import LOG_FOLDER, Storage
from traderai_assets.domain.errors import CorruptPartition
from traderai_assets.schemas.tables import PartitionKey

WAY_OUT = (
    "put the file back from a backup, or move the table's folder aside, type "
    '"traderai lake accept TABLE --gone" and materialize its partitions again'
)
_ENTRY = "traderai"
DIGEST = "traderai_digest"
# What other tools may do to a table: none of these changes a value.
_FOREIGN_OPERATIONS = frozenset({"CREATE TABLE", "OPTIMIZE", "VACUUM START", "VACUUM END"})
_READERS = 8
_BATCH = 64


@dataclass(frozen=True)
class Seal:
    """Digest of a checkpoint file, carried by the commits after it: Parquet itself has none."""

    version: int
    digest: str


@dataclass(frozen=True)
class Commit:
    """One commit as its file tells it."""

    version: int
    published_at: datetime
    operation: str
    digest: str = ""
    run_id: str = ""
    code_version: str = ""
    partitions: dict[PartitionKey, PartitionSummary] = field(default_factory=dict)
    inputs: dict[PartitionKey, dict[str, str]] = field(default_factory=dict)
    seal: Seal | None = None
    added: tuple[str, ...] = ()
    """Paths of the files it added; told for commits of ours read with `files=True` only."""
    rewritten: dict[PartitionKey, frozenset[str]] = field(default_factory=dict)
    """Partitions that another tool compacted, with the hashes that chunks of them must have."""

    @property
    def weight(self) -> int:
        """What reading it costs, in partitions: opening its file costs as much as ten."""
        return 10 + len(self.partitions)


def digest_of(content: bytes) -> str:
    """BLAKE2b of a file or an entry, 128 bits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def commit_path(version: int) -> str:
    """Where Delta keeps a commit."""
    return f"{LOG_FOLDER}/{version:020d}.json"


def entry(
    run_id: str,
    code_version: str,
    partitions: Mapping[PartitionKey, PartitionSummary],
    inputs: Mapping[PartitionKey, Mapping[str, str]],
    seal: Seal | None,
) -> dict[str, str]:
    """The custom metadata of one of our commits; its digest makes a changed bit visible."""
    text = json.dumps(
        {
            "run_id": run_id,
            "code_version": code_version,
            "checkpoint": None if seal is None else [seal.version, seal.digest],
            "partitions": [
                {
                    "market": market,
                    "month": month,
                    "rows": summary.rows,
                    "first": summary.first and summary.first.isoformat(),
                    "last": summary.last and summary.last.isoformat(),
                    "content_hash": summary.content_hash,
                    "inputs": dict(inputs.get(PartitionKey(market, month), {})),
                }
                for (market, month), summary in sorted(partitions.items())
            ],
        }
    )
    return {_ENTRY: text, DIGEST: digest_of(text.encode())}


def read_commits(
    storage: Storage, versions: Sequence[int], *, files: bool = False
) -> Iterator[Commit]:
    """Read commits in the given order, several files at a time.

    Raises
    ------
    CorruptPartition
        If one cannot be read, or was made by something that writes rows without our entry.
    """
    if len(versions) == 1:
        yield _read_commit(storage, versions[0], files=files)
        return
    with ThreadPoolExecutor(_READERS) as readers:
        yield from readers.map(
            lambda version: _read_commit(storage, version, files=files), versions
        )


def kept_versions(storage: Storage) -> list[int]:
    """Versions whose commits the log still holds, oldest first."""
    names = storage.names(LOG_FOLDER)
    return sorted(int(name.removesuffix(".json")) for name in names if name.endswith(".json"))


def _read_commit(storage: Storage, version: int, *, files: bool) -> Commit:
    where = storage.uri(commit_path(version))
    with raised_as(CorruptPartition, f"commit {where}", WAY_OUT):
        return _parsed(version, where, storage.read(commit_path(version)), files=files)


def _parsed(version: int, where: str, content: bytes, *, files: bool) -> Commit:
    # Delta writes one action a line, and the description of the commit first.
    first_line, *others = content.splitlines()
    info = json.loads(first_line)["commitInfo"]
    operation = info["operation"]
    moment = datetime.fromtimestamp(info["timestamp"] / 1000, UTC)
    text = info.get(_ENTRY)
    if text is None:
        if operation not in _FOREIGN_OPERATIONS:
            raise CorruptPartition(
                f"commit {where} is a {operation} without an entry of ours: the "
                f"lake did not make it, or the entry is damaged; {WAY_OUT}"
            )
        rewritten = _rewritten(others) if operation == "OPTIMIZE" else {}
        return Commit(version, moment, operation, rewritten=rewritten)
    if digest_of(text.encode()) != info.get(DIGEST):
        raise CorruptPartition(f"commit {where}: our entry does not match its digest; {WAY_OUT}")
    told = json.loads(text)
    actions = [json.loads(line) for line in others] if files else []
    return Commit(
        version=version,
        published_at=moment,
        operation=operation,
        digest=info[DIGEST],
        run_id=told["run_id"],
        code_version=told["code_version"],
        partitions={PartitionKey(p["market"], p["month"]): _summary(p) for p in told["partitions"]},
        inputs={PartitionKey(p["market"], p["month"]): p["inputs"] for p in told["partitions"]},
        seal=Seal(*told["checkpoint"]) if told["checkpoint"] else None,
        added=tuple(unquote(action["add"]["path"]) for action in actions if "add" in action),
    )


def _summary(told: dict[str, Any]) -> PartitionSummary:
    return PartitionSummary(
        rows=told["rows"],
        first=told["first"] and datetime.fromisoformat(told["first"]),
        last=told["last"] and datetime.fromisoformat(told["last"]),
        content_hash=told["content_hash"],
    )


def _rewritten(lines: list[bytes]) -> dict[PartitionKey, frozenset[str]]:
    hashes: dict[PartitionKey, set[str]] = defaultdict(set)
    for action in map(json.loads, lines):
        for kind in ("add", "remove"):
            if kind in action:
                key, content_hash = partition_of(unquote(action[kind]["path"]))
                hashes[key].add(content_hash)
    return {key: frozenset(found) for key, found in hashes.items()}
