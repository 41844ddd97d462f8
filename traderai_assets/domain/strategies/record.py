"""The record a strategy is judged by: a row a market and day, as its served models earned it.

How the days of many markets become one series: pool.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from traderai_assets.domain.errors import InvalidInput

SERVED, SILENT, NO_MODEL = "served", "silent", "no_model"
BACKFILL, LIVE = "backfill", "live"
DAY_STATES: Final = (SERVED, SILENT, NO_MODEL)
ORIGINS: Final = (BACKFILL, LIVE)
NUMBERS: Final = ("net", "gross", "costs", "funding", "turnover", "exposure", "buy_and_hold")
DAY_COLUMNS: Final = ("market", "day", *NUMBERS, "trades", "state", "origin")


@dataclass(frozen=True, eq=False)
class StrategyRecord:
    """All days of one strategy.

    Attributes
    ----------
    strategy : str
        Its id.
    days : DataFrame, one row a market and day
        market : str
        day : datetime64[ms, UTC], midnight it begins with
        net : return of the market's share of the account over the day, after costs and funding, at
            least -1. A day on which the strategy was silent, or had no model, and held nothing is a
            row with 0: it is never left out.
        gross, costs, funding : before costs; fees and slippage; funding paid (received below 0)
        turnover : value traded over the account
        exposure : share of the day with a position, 0 to 1
        trades : int, opened on this day
        buy_and_hold : return of the market over the day
        state : "served" (its model decided), "silent" (it had one, which took no side), "no_model"
        origin : "backfill" (the day was over when the strategy was registered) or "live"

    Raises
    ------
    InvalidInput
        If a column is missing, a market has a day twice, or a value cannot be.
    """

    strategy: str
    days: pd.DataFrame

    def __post_init__(self) -> None:
        missing = [name for name in DAY_COLUMNS if name not in self.days]
        if missing:
            self._refuse(f"lack the columns {missing}", "see StrategyRecord")
        day = self.days["day"]
        if not isinstance(day.dtype, pd.DatetimeTZDtype) or str(day.dt.tz) != "UTC":
            self._refuse(f"have the type {day.dtype}", "days are times in UTC")
        self._check_keys()
        self._check_values()
        object.__setattr__(self, "days", self.days.sort_values(["day", "market"]))

    def _check_keys(self) -> None:
        day = self.days["day"]
        late = day[day != day.dt.floor("D")]
        if len(late):
            self._refuse(f"begin at {late.iloc[0]}", "a day begins at midnight UTC")
        twice = self.days[self.days.duplicated(["market", "day"])]
        if len(twice):
            first = twice.iloc[0]
            self._refuse(
                f"hold {first['market']} on {first['day']:%Y-%m-%d} twice", "give each day once"
            )

    def _check_values(self) -> None:
        for name in (*NUMBERS, "trades"):
            values = self.days[name].to_numpy(np.float64)
            least = -1.0 if name in ("net", "buy_and_hold") else -np.inf
            least = 0.0 if name in ("turnover", "exposure", "trades") else least
            wrong = ~np.isfinite(values) | (values < least)
            if wrong.any():
                self._refuse(
                    f"hold {name} = {values[wrong][0]}",
                    "a finite number is expected"
                    + (f", at least {least:g}; a day without anything is 0" if least > -9 else ""),
                )
        for name, known in (("state", DAY_STATES), ("origin", ORIGINS)):
            strange = sorted(set(self.days[name]) - set(known))
            if strange:
                self._refuse(f"hold {name} = {strange[0]!r}", f"one of {list(known)} is expected")

    def _refuse(self, found: str, expected: str) -> None:
        raise InvalidInput(f"the days of strategy {self.strategy} {found}; {expected}")

    def before(self, moment: pd.Timestamp) -> "StrategyRecord":
        """Only days that begin before a moment: what was known when its own day began."""
        return StrategyRecord(self.strategy, self.days[self.days["day"] < moment])

    def matrix(self, name: str) -> pd.DataFrame:
        """One column as days x markets, NaN where a market has no such day; "live" is 1 or 0."""
        live = name == "live"
        rows, days = pd.factorize(self.days["day"], sort=True)
        columns, markets = pd.factorize(self.days["market"], sort=True)
        values = np.full((len(days), len(markets)), np.nan)
        values[rows, columns] = (
            self.days["origin"].eq(LIVE) if live else self.days[name]
        ).to_numpy(np.float64)
        return pd.DataFrame(values, index=pd.DatetimeIndex(days), columns=pd.Index(markets))

    def to_rows(self) -> list[dict[str, Any]]:
        """Each day as plain values, in the order of days and markets."""
        return [
            {str(name): value for name, value in row.items()}
            for row in self.days[list(DAY_COLUMNS)].to_dict("records")
        ]
