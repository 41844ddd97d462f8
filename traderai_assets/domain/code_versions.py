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
    "candles": CodeVersion("1", "abc44498bd1dea2c"),
    "labels": CodeVersion("2", "e2516fe9b5135c3c"),
    "models": CodeVersion("3", "399e45c60f3a17a3"),
    "backtests": CodeVersion("2", "4c75cc022a76e5c1"),
    "champions": CodeVersion("1", "b99b44a7a7a9f010"),
    "signals": CodeVersion("1", "036519b47fb707b2"),
    "signal_outcomes": CodeVersion("1", "86ff314220d05bfd"),
    "signal_snapshots": CodeVersion("2", "7bc895ec7786de99"),
    "drift_metrics": CodeVersion("1", "af114c332b114eb4"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
