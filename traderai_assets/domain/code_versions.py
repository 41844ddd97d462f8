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
    "candles": CodeVersion("1", "0f4752d256c56d38"),
    "labels": CodeVersion("2", "115ef384a2d5f676"),
    "models": CodeVersion("3", "437bc1a36f8e4890"),
    "backtests": CodeVersion("2", "35b679179f608836"),
    "champions": CodeVersion("1", "c2cef54c07242328"),
    "signals": CodeVersion("1", "d57ab2e0aa7c04c0"),
    "signal_outcomes": CodeVersion("1", "e55a0680bfcafd3b"),
    "signal_snapshots": CodeVersion("2", "89dbb5d20d017a11"),
    "drift_metrics": CodeVersion("1", "846663071043f8c3"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
