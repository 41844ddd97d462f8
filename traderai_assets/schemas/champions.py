"""What is stored of champions: every change of who speaks, one row each, none ever edited."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.champions.history import ACTIONS
from traderai_assets.domain.strategies.states import STRATEGY_STATES
from traderai_assets.schemas.strategies import STRATEGY_ID
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class Champions(pa.DataFrameModel):
    """The history of the strategy that speaks for one market, and of its models."""

    number: Series[np.int64] = pa.Field(ge=1, unique=True, description="Events, counted from 1.")
    changed_at: Series[Time] = pa.Field(description="Close of the last bar the decision knew.")
    action: Series[str] = pa.Field(isin=ACTIONS, description="What was done.")
    model_id: Series[str] = pa.Field(
        nullable=True, description="By which it speaks from then on; null while nobody does."
    )
    served_month: Series[str] = pa.Field(
        nullable=True, str_matches=r"^[0-9]{4}-[0-9]{2}$", description="Month it was made for."
    )
    previous_model_id: Series[str] = pa.Field(
        nullable=True, description="By which was spoken until then; null if nobody did."
    )
    challenger_id: Series[str] = pa.Field(
        nullable=True,
        description="Who was compared with the champion, while models were; null since.",
    )
    reason: Series[str] = pa.Field(description="One sentence.")
    evidence: Series[str] = pa.Field(description="The numbers it rests on, JSON.")
    # A model of pandera's has a method `strategy`
    speaker: Series[str] = pa.Field(
        alias="strategy",
        nullable=True,
        description="Who speaks from then on; null while nobody does.",
    )
    strategy_id: Series[str] = pa.Field(
        nullable=True, str_matches=STRATEGY_ID, description="Its id; null with it."
    )
    state: Series[str] = pa.Field(
        nullable=True,
        isin=[one.name for one in STRATEGY_STATES],
        description="Of the strategy, by its last verdict; null with it.",
    )
    paper: Series[bool] = pa.Field(
        default=False,
        description="Whether its signals are for paper, with a quarter of their size.",
    )

    class Config:
        """Refuse undeclared columns."""

        strict = True


CHAMPIONS = Table(
    "champions",
    Champions.to_schema(),
    key=("number",),
    monthly=False,
    keeps_history=True,
)
