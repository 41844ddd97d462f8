"""The strategies ever registered: the count that every verdict is held to, and never falls.

One row an id and name. An id that comes back under another name is the same strategy with the same
looks behind it; what is deleted from the settings stays here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd

from traderai_assets.domain.strategies.strategy import Strategy

REGISTERED_COLUMNS: Final = ("number", "strategy_id", "name", "registered_at", "settings", "code")
_TIME = "datetime64[ms, UTC]"


@dataclass(frozen=True)
class Registration:
    """What is known of a registered strategy.

    Attributes
    ----------
    strategy : str
        Its id.
    names : tuple of str
        Under which it was registered, the first one first.
    registered_at : datetime
        When it was first.
    """

    strategy: str
    names: tuple[str, ...]
    registered_at: datetime


def registration_of(rows: pd.DataFrame, strategy: str) -> Registration | None:
    """Return what is known of a strategy by its id; None where it was never registered."""
    own = rows[rows["strategy_id"] == strategy].sort_values("number")
    if own.empty:
        return None
    first = own["registered_at"].min().to_pydatetime()
    return Registration(strategy, tuple(str(name) for name in own["name"]), first)


def with_registered(rows: pd.DataFrame, strategy: Strategy, at: datetime) -> pd.DataFrame:
    """Return the rows with the strategy among them; the same rows where it is there already."""
    known = (rows["strategy_id"] == strategy.id) & (rows["name"] == strategy.name)
    if known.any():
        return rows
    row = pd.DataFrame(
        {
            "number": [len(rows) + 1],
            "strategy_id": [strategy.id],
            "name": [strategy.name],
            "registered_at": [pd.Timestamp(at)],
            "settings": [strategy.settings],
            "code": [strategy.code],
        }
    )
    texts = dict.fromkeys(("strategy_id", "name", "settings", "code"), "str")
    row = row.astype({"number": "int64", "registered_at": _TIME, **texts})
    return pd.concat([rows, row], ignore_index=True) if len(rows) else row


def ever_registered(rows: pd.DataFrame) -> int:
    """Return how many strategies were ever registered, by their ids."""
    return int(rows["strategy_id"].nunique())


def names_registered(rows: pd.DataFrame) -> list[str]:
    """Return every name a strategy was ever registered under, sorted: where records may lie."""
    return sorted({str(name) for name in rows["name"]})
