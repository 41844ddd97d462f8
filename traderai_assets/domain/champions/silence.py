"""Silence: why a strategy was not the voice of a market at a bar, by the history of who was."""

import json
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from traderai_assets.domain.champions.history import with_strategies
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.words import (
    ANOTHER_SPEAKS,
    NO_MODEL,
    NONE_PERMITTED,
    RETIRED,
    SUSPENDED,
    VETOED,
)

_OF_STATES = {"retired": RETIRED, "suspended": SUSPENDED, "insufficient": NONE_PERMITTED}


def silent_words(
    history: pd.DataFrame, strategy: str, closes: "pd.Series[pd.Timestamp]"
) -> "pd.Series[str]":
    """Give the word of each bar at which the strategy did not speak; empty where it did.

    Parameters
    ----------
    history : DataFrame
        As `champions.history` writes it.
    strategy : str
        Its name.
    closes : Series of Timestamp
        When the bars closed.

    Returns
    -------
    Series of str
        With the index of `closes`. While nobody spoke, it is what the choice that silenced all had
        to say against this strategy.
    """
    words = pd.Series(NONE_PERMITTED, closes.index, dtype="str")
    events = with_strategies(history).sort_values("number").to_dict("records")
    for event in events:
        words[closes > event["changed_at"]] = _against(event, strategy)
    for period in champion_periods(history):
        spoken = (closes > period.since) & (closes <= period.until)
        words[spoken] = "" if period.strategy == strategy else ANOTHER_SPEAKS
    return words


def _against(event: Mapping[Hashable, Any], strategy: str) -> str:
    """What a choice had to say against a strategy; read where nobody speaks by it."""
    contenders = json.loads(event["evidence"]).get("contenders", ())
    own = next((one for one in contenders if one["strategy"] == strategy), None)
    if own is None:
        return NONE_PERMITTED
    if own["state"] in _OF_STATES:
        return _OF_STATES[own["state"]]
    if own["veto"]:
        return VETOED
    return NONE_PERMITTED if own["model_id"] else NO_MODEL
