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
    "candles": CodeVersion("1", "e0bf3cdd4c648656"),
    "labels": CodeVersion("2", "6e15c2426a8cb416"),
    "models": CodeVersion("3", "97dd9bb545ec2f30"),
    "backtests": CodeVersion("2", "006dfbae69cb8766"),
    "champions": CodeVersion("1", "7ba6a7065b46ee4f"),
    "signals": CodeVersion("1", "5027f0427d186eb6"),
    "signal_outcomes": CodeVersion("1", "4688dc2a29e455f3"),
    "signal_snapshots": CodeVersion("2", "83abfadf07be523a"),
    "drift_metrics": CodeVersion("1", "853534e0fd6cf275"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
