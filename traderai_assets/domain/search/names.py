"""Names of studies: one for each market, served month, stage, inputs and plan."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def study_prefix(market_key: str, month_key: str) -> str:
    """What the names of all studies of a market and served month begin with."""
    return f"{market_key}|{month_key}|"


def study_name(market_key: str, month_key: str, stage: str, decided_by: Mapping[str, Any]) -> str:
    """Name a study after what decides its outcome, so that another outcome is another study.

    `decided_by` holds content hashes, code versions and settings, as JSON.
    """
    text = json.dumps(decided_by, sort_keys=True, allow_nan=False)
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{study_prefix(market_key, month_key)}{stage}|{digest}"
