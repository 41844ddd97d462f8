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
    "candles": CodeVersion("1", "7130021a37b451d2"),
    "labels": CodeVersion("2", "320d3891b460004a"),
    "models": CodeVersion("3", "d0fc4e445960d820"),
    "backtests": CodeVersion("2", "9e6076127263c997"),
    "champions": CodeVersion("1", "fca94f1aa66b13aa"),
    "signals": CodeVersion("1", "74cca09449a73e22"),
    "signal_outcomes": CodeVersion("1", "eb40fbc96f39383c"),
    "signal_snapshots": CodeVersion("2", "5f21ac451d3efb90"),
    "drift_metrics": CodeVersion("1", "275a4b6d2d7b0814"),
}


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind].version
