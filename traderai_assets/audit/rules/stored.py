"""Rules on storage: what is stored is what was published."""

from collections.abc import Iterator

from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.domain.errors import LakeError
from traderai_assets.strategies import tables_of

_SAMPLED = 20


def _hashes(evidence: Evidence) -> Iterator[Violation]:
    """Read rows, which the lake holds to their hash: of all partitions, or evenly of some."""
    for table in tables_of(evidence.settings, evidence.lake.remembered()):
        try:
            snapshot = evidence.lake.look(table)
            keys = snapshot.partitions()
        except LakeError as error:
            yield Violation(f"{table.path}: {error}")
            continue
        step = 1 if evidence.every_row else max(1, len(keys) // _SAMPLED)
        for market, month in keys[::-step]:
            try:
                snapshot.read(market, [month])
            except LakeError as error:
                yield Violation(f"{table.path}: {error}", market, month)


RULES = (
    Rule(
        "stored-hashes",
        "The rows of a partition hash to what was published of it.",
        ("every table",),
        _hashes,
    ),
)
