"""Tear sheets: which `traderai report` command writes the whole page behind an asset.

On the event, with the names filled in, of what is not told at every bar; on the description of
what is, so that a live tick carries no byte of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from traderai_assets.domain.strategies.strategy import DEFAULT

REPORT = "report"
_OF_STRATEGY = frozenset({"record", "verdict"})
_OF_MODEL = frozenset({"backtests", "models"})
_OF_MARKET = frozenset({"champions", "drift_metrics", "signal_snapshots"})
_OF_MARKET_EVERY_BAR = frozenset({"candles", "signals", "signal_outcomes"})
# As `traderai models list` shows an id
_DIGITS = 12


def command_of_event(key: Sequence[str], market: str, told: Mapping[str, Any]) -> dict[str, str]:
    """Return the entry of a partition's event that names its tear sheet; nothing of a live tick's.

    Parameters
    ----------
    key : sequence of str
        The asset's, with the strategy's folder before its name where it has one.
    market : str
        Key of the partition's market; empty of an asset that has no partitions.
    told : mapping
        What the event tells; `model_id` is the model that it is about, if any.
    """
    name = key[-1]
    if name in _OF_MODEL and "model_id" in told:
        return {REPORT: f"traderai report model {told['model_id'][:_DIGITS]}"}
    if name in _OF_STRATEGY | _OF_MODEL:
        return {REPORT: f"traderai report strategy {_strategy(key)}"}
    if name in _OF_MARKET:
        return {REPORT: _of_market(key, market)}
    return {}


def command_of_asset(key: Sequence[str]) -> str:
    """Return the command for any partition of an asset; empty where no page is about it."""
    name = key[-1]
    if name in _OF_STRATEGY:
        return f"traderai report strategy {_strategy(key)}"
    if name in _OF_MODEL:
        return "traderai report model MODEL_ID"
    if name in _OF_MARKET | _OF_MARKET_EVERY_BAR:
        return _of_market(key, "MARKET")
    return ""


def _strategy(key: Sequence[str]) -> str:
    return key[0] if len(key) > 1 else DEFAULT


def _of_market(key: Sequence[str], market: str) -> str:
    whose = f" --strategy {key[0]}" if len(key) > 1 else ""
    return f"traderai report market {market}{whose}"
