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
    "candles": CodeVersion("1", "c2f2c39ba3a46c96"),
    "labels": CodeVersion("4", "b49ac3c5d6f484af"),
    "models": CodeVersion("4", "20922c13c6f2b290"),
    "backtests": CodeVersion("3", "103e3033b976e272"),
    "champions": CodeVersion("1", "5ac6d1680829eb73"),
    "signals": CodeVersion("2", "21e777bac2cef076"),
    "signal_outcomes": CodeVersion("1", "4df036e952e6e42a"),
    "signal_snapshots": CodeVersion("3", "837888a4b33388db"),
    "drift_metrics": CodeVersion("3", "5bab9c39a338f0fe"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
