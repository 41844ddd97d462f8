"""The code version of each kind of result: one table, read by asset, card and publication.

A version is raised where the same inputs make other values; what was made before is stale then.
So that nobody changes the sources that decide those values and forgets the version, their digests
stand in `tests/code_digests.json`, and `tests/test_code_versions.py` compares them. Features have
no entry: their version is the digest of their sources (`features.catalogue.FEATURE_CODE_VERSION`).
"""

from typing import Final

CODE_VERSIONS: Final[dict[str, str]] = {
    "candles": "1",
    "labels": "4",
    "models": "8",
    "backtests": "3",
    "champions": "2",
    "signals": "4",
    "signal_outcomes": "3",
    "signal_snapshots": "3",
    "drift_metrics": "4",
    "record": "1",
    "verdict": "2",
}

# What these are of is decided before them: another way to measure, or to choose among strategies,
# is no other strategy
MEASURING: Final = frozenset({"record", "verdict", "champions"})


def version_of(kind: str) -> str:
    """Return the code version of a kind of result, as its asset is called; KeyError if none is."""
    return CODE_VERSIONS[kind]
