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
    "candles": CodeVersion("1", "eb04c7c739aecdc8"),
    "labels": CodeVersion("3", "806ecbc4165e9b71"),
    "models": CodeVersion("3", "00cc54b60d69ffdd"),
    "backtests": CodeVersion("2", "543afcd566139c55"),
    "champions": CodeVersion("1", "e91f07106d7fc623"),
    "signals": CodeVersion("2", "dae2bb543fca562c"),
    "signal_outcomes": CodeVersion("2", "459090ee781dc803"),
    "signal_snapshots": CodeVersion("3", "945ab00147bacb8d"),
    "drift_metrics": CodeVersion("2", "631ff0f7f85b149e"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
