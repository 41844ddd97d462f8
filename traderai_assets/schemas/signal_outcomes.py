"""What is stored of signal outcomes: how each signal ended, in the month it ended in."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.signals.identity import SIGNAL_ID
from traderai_assets.domain.signals.outcomes import STATUSES
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class SignalOutcomes(pa.DataFrameModel):
    """Signals that ended in a month, and those open at its last closed bar."""

    open_time: Series[Time] = pa.Field(unique=True, description="When the signal's bar opened.")
    model_id: Series[str] = pa.Field(description="Who gave the signal.")
    side: Series[np.int8] = pa.Field(isin=(-1, 1), description="1 long, -1 short.")
    status: Series[str] = pa.Field(isin=list(STATUSES), description="How it ended, or 'open'.")
    ended_at: Series[Time] = pa.Field(
        nullable=True, description="Close of the bar that ended it; null while open."
    )
    entry_price: Series[float] = pa.Field(
        gt=0,
        lt=np.inf,
        nullable=True,
        description="Open it was entered at, before costs, in quote; null while not entered, if "
        "interrupted, and in outcomes made before it was told.",
    )
    target_price: Series[float] = pa.Field(
        gt=0,
        lt=np.inf,
        nullable=True,
        description="Where it has won, exactly: entry_price and the signal's distance; null as "
        "entry_price is.",
    )
    stop_price: Series[float] = pa.Field(
        gt=0,
        lt=np.inf,
        nullable=True,
        description="Where it has lost, exactly; null as entry_price is.",
    )
    exit_price: Series[float] = pa.Field(
        gt=0,
        lt=np.inf,
        nullable=True,
        description="Before costs, in quote; null while open, interrupted or never entered.",
    )
    gross_return: Series[float] = pa.Field(
        gt=-np.inf,
        lt=np.inf,
        nullable=True,
        description="Before costs, fraction of the entry price; null while open or interrupted.",
    )
    bars_held: Series[np.int64] = pa.Field(
        ge=0, description="Present bars since the entry; 0 if there was none."
    )

    signal_id: Series[str] = pa.Field(
        nullable=True,
        str_matches=SIGNAL_ID,
        description="The signal's; null as it is there, and in outcomes made before.",
    )

    @pa.dataframe_check(error="ended_at null exactly while open")
    def has_ended_or_is_open(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """An ended signal says when, an open one does not."""
        return frame["ended_at"].isna() == (frame["status"] == "open")

    @pa.dataframe_check(error="entry_price, target_price and stop_price null together")
    def has_all_levels_or_none(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """The exact levels are known with the entry."""
        unknown = frame[["entry_price", "target_price", "stop_price"]].isna()
        return unknown.all(axis=1) == unknown.any(axis=1)

    class Config:
        """Refuse undeclared columns."""

        strict = True


SIGNAL_OUTCOMES = Table("signal_outcomes", SignalOutcomes.to_schema(), of_strategy=True, grows=True)
