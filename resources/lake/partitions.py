"""What a partition is called, what is told of it, and how Delta is told which to replace."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.markets import Market
from traderai_assets.schemas.tables import PartitionKey


@dataclass(frozen=True)
class PartitionSummary:
    """What is stored of one partition, told without reading its rows."""

    rows: int
    first: datetime | None
    last: datetime | None
    content_hash: str


EMPTY_PARTITION = PartitionSummary(rows=0, first=None, last=None, content_hash=EMPTY_HASH)


@dataclass(frozen=True)
class Publication:
    """What one call of publish did."""

    version: int
    """The table's version that holds what was published."""
    changed: tuple[PartitionKey, ...]
    """Partitions whose content hash is another than before; committed together or not at all."""
    summaries: dict[tuple[str, str], PartitionSummary]
    """Of every partition handed in, changed or not."""
    healed: tuple[PartitionKey, ...] = field(default=())
    """Partitions with the same content hash as before whose stored files did not verify."""


@dataclass(frozen=True)
class PublishedPartition:
    """One entry in the history of a partition."""

    published_at: datetime
    version: int
    run_id: str
    code_version: str
    summary: PartitionSummary
    inputs: dict[str, str]


@dataclass(frozen=True)
class MaintenanceReport:
    """What one call of maintain did."""

    files_removed: int
    leftovers_removed: int
    """Half-written files and empty folders that killed or finished writers left behind."""
    checkpoint_version: int
    log_files_removed: int


NOTHING_MAINTAINED = MaintenanceReport(0, 0, 0, 0)


def named(keys: Iterable[PartitionKey], limit: int = 5) -> str:
    """Partitions as a message names them: the first few, then how many more."""
    ordered = sorted(keys)
    names = ", ".join(f"{market} {month}" for market, month in ordered[:limit])
    return names + (f" and {len(ordered) - limit} more" if len(ordered) > limit else "")


def predicate(whole: Iterable[PartitionKey], in_part: Mapping[PartitionKey, Iterable[str]]) -> str:
    """The SQL condition that holds for exactly these partitions, and these chunks of others.

    Keys must have been checked. One list of hashes is enough for all partitions, as a hash of a
    chain begins with whose it is: each partition in a clause of its own would cost Delta more.
    """
    months_of: dict[str, list[str]] = defaultdict(list)
    for market, month in sorted(whole):
        months_of[market].append(month)
    markets_of: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for market, months in months_of.items():
        markets_of[tuple(months)].append(market)
    clauses = [
        f"(market IN ({_quoted(markets)}) AND month IN ({_quoted(months)}))"
        for months, markets in markets_of.items()
    ]
    if in_part:
        hashes = {content_hash for chunks in in_part.values() for content_hash in chunks}
        clauses.append(
            f"(market IN ({_quoted(sorted({key.market for key in in_part}))}) "
            f"AND month IN ({_quoted(sorted({key.month for key in in_part}))}) "
            f"AND content_hash IN ({_quoted(sorted(hashes))}))"
        )
    return " OR ".join(clauses)


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def key_of(market: Market | str) -> str:
    """The key of a market, which may be given as its key."""
    return market.key if isinstance(market, Market) else market


def partition_of(path: str) -> tuple[PartitionKey, str]:
    """The partition and content hash that the path of a data file tells.

    Delta encodes the values in folder names, and in its log the whole path once more: `path` is
    what the store calls the file, not what the log does.
    """
    folders = [unquote(folder) for folder in path.split("/")[:-1]]
    values = dict(folder.split("=", 1) for folder in folders)
    return PartitionKey(values["market"], values["month"]), values["content_hash"]
