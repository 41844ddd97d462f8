"""Revisions: a recorded day is never changed; what it is now is written down beside it.

A model that is made again, or a venue that corrects a candle, makes another result of a day that is
recorded. It is appended with its cause, and the newest revision of a day counts.
"""

from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, Final

import pandas as pd

from traderai_assets.domain.strategies.days import DAY_TYPE, MARKET_DAY_COLUMNS
from traderai_assets.domain.strategies.record import DAY_COLUMNS, NO_MODEL, StrategyRecord

FIRST, MODEL, CANDLES = "first", "model", "candles"
CAUSES: Final = {
    FIRST: "the day was not recorded before",
    MODEL: "another model serves the month",
    CANDLES: "candles or features of the month are not what they were",
}
REVISION_COLUMNS: Final = (
    *("day", "strategy_id", "revision", "cause", "recorded_at"),
    *MARKET_DAY_COLUMNS[1:],
)


def revisions_of(
    stored: pd.DataFrame, fresh: pd.DataFrame, *, strategy: str, recorded_at: datetime
) -> pd.DataFrame:
    """Return the rows that must be appended so that the newest revisions are what is known now.

    Parameters
    ----------
    stored : DataFrame of `REVISION_COLUMNS`
        Of one market and month, of any strategies.
    fresh : DataFrame of `days.MARKET_DAY_COLUMNS`
        Days as they are made now. A stored day that is not among them stays as it is.
    strategy : str
        Id of the strategy whose days they are.
    recorded_at : datetime
        Up to when candles were known.

    Returns
    -------
    DataFrame of `REVISION_COLUMNS`
        Empty where nothing is new: recording the same twice adds nothing.
    """
    newest = newest_revisions(stored, strategy).set_index("day")
    rows = []
    for row in fresh.to_dict("records"):
        known = newest.loc[row["day"]] if row["day"] in newest.index else None
        if known is None:
            rows.append({**row, "revision": 1, "cause": FIRST})
        elif cause := _cause(known, row):
            rows.append({**row, "revision": int(known["revision"]) + 1, "cause": cause})
    if not rows:
        return stored.iloc[:0][list(REVISION_COLUMNS)]
    made = pd.DataFrame(rows).assign(strategy_id=strategy, recorded_at=pd.Timestamp(recorded_at))
    types = dict.fromkeys(("strategy_id", "cause", "model_id", "state", "origin"), "str")
    times = {"day": DAY_TYPE, "recorded_at": DAY_TYPE}
    typed: pd.DataFrame = made.astype({**types, **times})[list(REVISION_COLUMNS)]
    return typed


def newest_revisions(stored: pd.DataFrame, strategy: str) -> pd.DataFrame:
    """Return the rows of a strategy that count, one a day, oldest day first."""
    own = stored[stored["strategy_id"] == strategy].sort_values(["day", "revision"])
    return own.drop_duplicates("day", keep="last").reset_index(drop=True)


def strategy_record(stored: Mapping[str, pd.DataFrame], strategy: str) -> StrategyRecord:
    """Join what is stored of all markets into the record of a strategy.

    A market's record begins with its first model. What came before it is no silence: nothing could
    have been said, and months of it would only use up the calendar of looks.

    Parameters
    ----------
    stored : mapping of str to DataFrame of `REVISION_COLUMNS`
        By market.
    strategy : str
        Its id.
    """
    frames = []
    for market in sorted(stored):
        days = newest_revisions(stored[market], strategy)
        begun = (days["state"] != NO_MODEL).cummax()
        frames.append(days[begun].assign(market=market))
    none = pd.DataFrame(
        {name: pd.Series(dtype=_TYPES.get(name, "float64")) for name in DAY_COLUMNS}
    )
    frames = [frame for frame in frames if len(frame)]
    joined = pd.concat(frames, ignore_index=True)[list(DAY_COLUMNS)] if frames else none
    return StrategyRecord(strategy, joined)


_TYPES: Final = {
    "market": "str",
    "day": DAY_TYPE,
    "trades": "int64",
    "state": "str",
    "origin": "str",
}


def _cause(known: "pd.Series[Any]", now: Mapping[Hashable, Any]) -> str | None:
    """Say why a day is another than the one recorded; None where it is the same."""
    if not _same(known["model_id"], now["model_id"]):
        return MODEL
    same = all(known[name] == now[name] for name in MARKET_DAY_COLUMNS[2:])
    return None if same else CANDLES


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or bool(pd.isna(one) and pd.isna(other))
