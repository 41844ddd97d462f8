"""Identity: a signal's id follows from what it is, so that saying it twice is saying it once."""

import hashlib

import pandas as pd

from traderai_assets.domain.arrays import milliseconds_of
from traderai_assets.domain.markets import Market

ID_DIGITS = 16
SIGNAL_ID = rf"^[0-9a-f]{{{ID_DIGITS}}}$"


def signal_id(strategy: str, market: Market, open_ms: int, model_id: str) -> str:
    """Return 16 hexadecimal characters: the beginning of the SHA-256 of the four, apart by spaces.

    Parameters
    ----------
    strategy : str
        Name of the strategy.
    market : Market
    open_ms : int
        When the bar opened, milliseconds since 1970.
    model_id : str
    """
    text = f"{strategy} {market.key} {open_ms} {model_id}"
    return hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]


def with_identity(signals: pd.DataFrame, *, strategy: str, market: Market) -> pd.DataFrame:
    """Add signal_id and valid_from, the close of its bar: from then on, until `valid_until`.

    The signal holds at `valid_from` and no longer at `valid_until`. Signals stored before there
    were ids have theirs by the same rule.
    """
    told = zip(milliseconds_of(signals["open_time"]).tolist(), signals["model_id"], strict=True)
    ids = [signal_id(strategy, market, opened, model) for opened, model in told]
    return signals.assign(
        signal_id=pd.Series(ids, signals.index, dtype="str"), valid_from=signals["decided_at"]
    )


def with_ids_of(outcomes: pd.DataFrame, signals: pd.DataFrame) -> pd.DataFrame:
    """Add to outcomes the signal_id of their signals, which stand at the same bars; null as there.

    Parameters
    ----------
    outcomes : DataFrame
        open_time of each.
    signals : DataFrame
        open_time and signal_id, each bar once.
    """
    return outcomes.merge(signals[["open_time", "signal_id"]], on="open_time", how="left")
