"""What is stored of verdicts: looks, changes of state, vetoes, and the verdicts themselves.

All rows of a strategy under one name stand together, and each carries the strategy's id: what the
settings decide otherwise is another strategy. Rows are added and never changed.
"""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.strategies.states import STRATEGY_STATES
from traderai_assets.schemas.strategies import STRATEGY_ID
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time

_STATES = [one.name for one in STRATEGY_STATES]


class _OfStrategy(pa.DataFrameModel):
    strategy_id: Series[str] = pa.Field(str_matches=STRATEGY_ID, description="Id of the strategy.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


class Looks(_OfStrategy):
    """Looks that were made, each once."""

    number: Series[np.int64] = pa.Field(ge=1, description="Of the look, from 1.")
    first_day: Series[Time] = pa.Field(description="On which the calendar of looks begins.")
    day: Series[Time] = pa.Field(description="Days before it were looked at.")
    fraction: Series[float] = pa.Field(gt=0, le=1, description="Of all information there will be.")
    strategies: Series[np.int64] = pa.Field(ge=1, description="Ever registered, at the look.")
    alpha_spent: Series[float] = pa.Field(ge=0, le=1, description="By now, this look included.")
    bound: Series[float] = pa.Field(
        nullable=True, description="What t had to reach; null where nothing was left to spend."
    )
    t: Series[float] = pa.Field(description="Of the mean daily net return of the pool.")
    intercept_t: Series[float] = pa.Field(description="Beside a share of buy-and-hold.")
    max_drawdown: Series[float] = pa.Field(ge=0, le=1, description="Largest loss from a peak.")
    stepwise_t: Series[float] = pa.Field(
        nullable=True, description="Over all strategies; null where refused before."
    )
    stepwise_critical: Series[float] = pa.Field(
        nullable=True, description="What stepwise_t had to exceed; null with it."
    )
    days: Series[np.int64] = pa.Field(ge=0, description="Of the pool.")
    trades: Series[np.int64] = pa.Field(ge=0, description="Of the pool.")
    exposure_days: Series[np.int64] = pa.Field(ge=0, description="With a position.")
    passed: Series[bool] = pa.Field(description="Whether all conditions held.")


class StateChanges(_OfStrategy):
    """Transitions that were made; a strategy begins as insufficient."""

    number: Series[np.int64] = pa.Field(ge=1, description="Changes of the strategy, from 1.")
    day: Series[Time] = pa.Field(description="From which the new state stands.")
    before: Series[str] = pa.Field(isin=_STATES, description="The state until then.")
    after: Series[str] = pa.Field(isin=_STATES, description="The state from then on.")
    cause: Series[str] = pa.Field(description="Of the table of transitions.")


class Vetoes(_OfStrategy):
    """What each market said against its strategy, verdict by verdict."""

    verdict: Series[np.int64] = pa.Field(ge=1, description="Number of the verdict.")
    about: Series[str] = pa.Field(description="Key of the market.")
    days: Series[np.int64] = pa.Field(ge=0, description="With a volatility known before.")
    mean: Series[float] = pa.Field(
        nullable=True, description="Daily net return in volatilities; null of too few days."
    )
    error: Series[float] = pa.Field(nullable=True, description="Of the mean; null with it.")
    shrunk: Series[float] = pa.Field(
        nullable=True, description="Mean drawn towards all markets'; null with it."
    )
    upper: Series[float] = pa.Field(
        nullable=True, description="Upper bound of shrunk; null with it."
    )
    max_drawdown: Series[float] = pa.Field(ge=0, le=1, description="In this market alone.")
    vetoed: Series[bool] = pa.Field(description="Whether the strategy shall not speak there.")
    reason: Series[str] = pa.Field(description="Empty where nothing is said against it.")


class Verdicts(_OfStrategy):
    """Verdicts on strategies; the last one stands."""

    number: Series[np.int64] = pa.Field(ge=1, description="Verdicts of the strategy, from 1.")
    judged_until: Series[Time] = pa.Field(description="Days before it were judged.")
    state: Series[str] = pa.Field(isin=_STATES, description="What is believed of it.")
    sentence: Series[str] = pa.Field(description="All of it for a person, in one line.")
    strategies: Series[np.int64] = pa.Field(ge=1, description="Ever registered, by then.")
    record: Series[str] = pa.Field(description="Hash of the record that was judged.")
    numbers: Series[str] = pa.Field(description="Everything that was measured, JSON.")


def _table(name: str, rows: type[_OfStrategy], *key: str) -> Table:
    """Declare a table that each strategy has of its own, over all its markets and months."""
    return Table(
        name,
        rows.to_schema(),
        key=("strategy_id", *key),
        monthly=False,
        by_market=False,
        keeps_history=True,
        of_strategy=True,
    )


LOOKS = _table("looks", Looks, "number")
STATE_CHANGES = _table("state_changes", StateChanges, "number")
VETOES = _table("vetoes", Vetoes, "verdict", "about")
VERDICTS = _table("verdict", Verdicts, "number")
