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
    "labels": CodeVersion("4", "8aa83e35ca54d003"),
    "models": CodeVersion("4", "03dad437d2e8fdc4"),
    "backtests": CodeVersion("3", "9ca7739c70cc82bd"),
    "champions": CodeVersion("1", "aad87a80281bf539"),
    "signals": CodeVersion("2", "2c2505e02ad50c09"),
    "signal_outcomes": CodeVersion("1", "38e276f69f703be7"),
    "signal_snapshots": CodeVersion("3", "eaf06ee6c3be6b65"),
    "drift_metrics": CodeVersion("3", "16e7d3594caf8c56"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
