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
    "labels": CodeVersion("2", "7c5728e727bdc610"),
    "models": CodeVersion("3", "40eb58101b81a9ae"),
    "backtests": CodeVersion("2", "41eec9013e214547"),
    "champions": CodeVersion("1", "2e90a86a1ba78f3e"),
    "signals": CodeVersion("1", "02020c3426325228"),
    "signal_outcomes": CodeVersion("1", "ce0439122f5979ff"),
    "signal_snapshots": CodeVersion("2", "a4f74b3b8b8fdfe3"),
    "drift_metrics": CodeVersion("1", "bdd8236e36a4ef33"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
