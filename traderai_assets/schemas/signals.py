"""What is stored of signals: what a model said at a bar's close, and until when it holds."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.signals.identity import SIGNAL_ID
from traderai_assets.domain.strategies.states import STRATEGY_STATES
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class SignalRows(pa.DataFrameModel):
    """What a model says at bars of one market, at most once a bar. Prices in quote."""

    open_time: Series[Time] = pa.Field(unique=True, description="When the bar opened.")
    decided_at: Series[Time] = pa.Field(description="When the bar closed; known from then on.")
    valid_until: Series[Time] = pa.Field(
        description="Entry before then; the position is over then at the latest."
    )
    model_id: Series[str] = pa.Field(description="Who said so.")
    side: Series[np.int8] = pa.Field(isin=(-1, 1), description="1 long, -1 short.")
    size: Series[float] = pa.Field(
        gt=0,
        le=1,
        nullable=True,
        description="Share of the account to put in; null in signals given before there were any.",
    )
    probability: Series[float] = pa.Field(
        ge=0, le=1, description="Calibrated, that the upper barrier comes first."
    )
    width: Series[float] = pa.Field(
        gt=0, lt=1, description="Of the label's barriers; target and stop are multiples of it."
    )
    target: Series[float] = pa.Field(
        gt=0,
        lt=1,
        nullable=True,
        description="Distance at which it has won, fraction of the price of the entry (the next "
        "bar's open); null in signals given before there were distances: their prices hold.",
    )
    stop: Series[float] = pa.Field(
        gt=0,
        lt=1,
        nullable=True,
        description="Distance at which it has lost, fraction of the price of the entry; null as "
        "`target` is.",
    )
    reference_price: Series[float] = pa.Field(
        gt=0, lt=np.inf, description="Close of the bar: indicative, the entry is the next open."
    )
    target_price: Series[float] = pa.Field(
        gt=0,
        lt=np.inf,
        description="Where it wins if the entry opens at reference_price: indicative; the exact "
        "one stands in signal_outcomes once the entry bar has closed.",
    )
    stop_price: Series[float] = pa.Field(
        gt=0,
        lt=np.inf,
        description="Where it loses if the entry opens at reference_price: indicative, as "
        "target_price is.",
    )

    @pa.dataframe_check(error="open_time < decided_at < valid_until")
    def holds_for_a_while(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """A signal is decided after its bar opened and valid after it was decided."""
        decided = frame["decided_at"]
        return (frame["open_time"] < decided) & (decided < frame["valid_until"])

    @pa.dataframe_check(error="target_price on the side's side of reference_price, stop opposite")
    def wins_where_it_points(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """A long wins above its reference and loses below it, a short the other way round."""
        reference, side = frame["reference_price"], frame["side"]
        wins = side * (frame["target_price"] - reference) > 0
        return wins & (side * (frame["stop_price"] - reference) < 0)

    @pa.dataframe_check(error="target and stop null together")
    def has_both_distances_or_none(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A signal says both of its distances, or is of before there were any."""
        return frame["target"].isna() == frame["stop"].isna()

    class Config:
        """Refuse undeclared columns."""

        strict = True


class Signals(SignalRows):
    """Signals of one market: what was spoken. Bars without a side have none."""

    paper: Series[bool] = pa.Field(
        default=False,
        description="Whether it is for paper: the strategy's live days prove nothing yet. Its size "
        "is a quarter of what the model decided, for those who follow it with money all the same.",
    )
    strategy_state: Series[str] = pa.Field(
        nullable=True,
        isin=[one.name for one in STRATEGY_STATES],
        description="Of the strategy when it spoke: candidate or promoted; insufficient where "
        "allow_unproven let it speak; null in signals given before there were verdicts.",
    )
    signal_id: Series[str] = pa.Field(
        nullable=True,
        str_matches=SIGNAL_ID,
        description="Follows from strategy, market, open_time and model_id "
        "(domain/signals/identity.py); null in signals given before there were ids.",
    )
    valid_from: Series[Time] = pa.Field(
        nullable=True,
        description="It holds from then on, and no longer at valid_until; decided_at, null as "
        "signal_id is.",
    )


SIGNALS = Table("signals", Signals.to_schema(), keeps_history=True, of_strategy=True, grows=True)
