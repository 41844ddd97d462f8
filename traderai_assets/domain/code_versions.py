"""The code version of each kind of result: one table, read by asset, card and publication.

A version is raised where the same inputs make other values; what was made before is stale then.
Beside it stands the digest of the sources that decide those values, so that nobody changes one and
forgets the other: `tests/test_code_versions.py` compares them. Features have no entry: their
version is the digest of their sources itself (`features.catalogue.FEATURE_CODE_VERSION`).
"""

from typing import Final, NamedTuple


class CodeVersion(NamedTuple):
    """A version, and the sources it stands for."""

    version: str
    sources: str
    """Digest of the sources; "python -m tests.code_sources" writes it anew."""


CODE_VERSIONS: Final[dict[str, CodeVersion]] = {
    "candles": CodeVersion("1", "f0dfd2af00d2e320"),
    "labels": CodeVersion("2", "e871c318f4d04420"),
    "models": CodeVersion("3", "d6f5702cb824af75"),
    "backtests": CodeVersion("2", "4a4d85ef8251f3e9"),
    "champions": CodeVersion("1", "7cc0d7f6be0d608e"),
    "signals": CodeVersion("1", "f75c05a72768cab1"),
    "signal_outcomes": CodeVersion("1", "d45b8ebedd0dfd21"),
    "signal_snapshots": CodeVersion("2", "8315040f9604cfe4"),
    "drift_metrics": CodeVersion("1", "f21553d026fd9494"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
