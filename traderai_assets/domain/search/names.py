"""Names of studies: one for each market, month that is searched, stage, inputs and plan."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def study_prefix(market_key: str, month_key: str) -> str:
    """What the names of all studies of a market and month begin with."""
    return f"{market_key}|{month_key}|"


def place_of(study: str) -> tuple[str, str]:
    """Return the market and the month in a study's name."""
    market, _, rest = study.partition("|")
    return market, rest.partition("|")[0]


def month_of(study: str, market_key: str) -> str | None:
    """Return the month in a study's name; None where the study is another market's."""
    market, month = place_of(study)
    return month if market == market_key else None


def study_name(market_key: str, month_key: str, stage: str, decided_by: Mapping[str, Any]) -> str:
    """Name a study after what decides its outcome, so that another outcome is another study.

    `decided_by` holds content hashes, code versions and settings, as JSON.
    """
    text = json.dumps(decided_by, sort_keys=True, allow_nan=False)
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{study_prefix(market_key, month_key)}{stage}|{digest}"
