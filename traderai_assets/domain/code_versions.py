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
    "models": CodeVersion("3", "bc631a7ece42d5e3"),
    "backtests": CodeVersion("2", "543afcd566139c55"),
    "champions": CodeVersion("1", "e91f07106d7fc623"),
    "signals": CodeVersion("1", "41da4336afd0ae28"),
    "signal_outcomes": CodeVersion("1", "38e276f69f703be7"),
    "signal_snapshots": CodeVersion("2", "386c641ed3806612"),
    "drift_metrics": CodeVersion("2", "631ff0f7f85b149e"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
