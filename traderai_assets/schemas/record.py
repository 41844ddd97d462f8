"""What is stored of a strategy's record: a market's days, each with its revisions."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.strategies.record import DAY_STATES, ORIGINS
from traderai_assets.domain.strategies.revisions import CAUSES
from traderai_assets.schemas.strategies import STRATEGY_ID
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class RecordDays(pa.DataFrameModel):
    """Days of one market; rows are added and never changed, the newest revision of a day counts.

    Fractions are of the account at the day's start.
    """

    day: Series[Time] = pa.Field(description="Midnight UTC it begins with.")
    strategy_id: Series[str] = pa.Field(
        str_matches=STRATEGY_ID, description="Id of whose day it is."
    )
    revision: Series[np.int64] = pa.Field(ge=1, description="Of the day, counted from 1.")
    cause: Series[str] = pa.Field(isin=list(CAUSES), description="Why it was written.")
    recorded_at: Series[Time] = pa.Field(description="Close of the last bar that was known.")
    model_id: Series[str] = pa.Field(
        nullable=True, description="Who decided; null where the month had no model."
    )
    net: Series[float] = pa.Field(
        ge=-1, lt=np.inf, description="Return after costs and funding, as a fraction."
    )
    gross: Series[float] = pa.Field(gt=-np.inf, lt=np.inf, description="Before all costs.")
    costs: Series[float] = pa.Field(ge=0, lt=np.inf, description="Fees and slippage.")
    funding: Series[float] = pa.Field(
        gt=-np.inf, lt=np.inf, description="Paid, or received if negative."
    )
    turnover: Series[float] = pa.Field(ge=0, lt=np.inf, description="Value of all fills.")
    exposure: Series[float] = pa.Field(
        ge=0, le=1, description="Share of the day's bars with a position."
    )
    buy_and_hold: Series[float] = pa.Field(
        ge=-1, lt=np.inf, description="Return of the market, as a fraction."
    )
    trades: Series[np.int64] = pa.Field(ge=0, description="Opened on the day.")
    state: Series[str] = pa.Field(isin=DAY_STATES, description="Whether a model decided.")
    origin: Series[str] = pa.Field(
        isin=ORIGINS, description="Whether the day began after the strategy was registered."
    )

    class Config:
        """Refuse undeclared columns."""

        strict = True


RECORD_DAYS = Table(
    "record",
    RecordDays.to_schema(),
    key=("day", "strategy_id", "revision"),
    keeps_history=True,
    of_strategy=True,
)
