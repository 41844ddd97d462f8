"""What is stored of people's words on price steps: that a move was real, or its ratio."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.candles.crossings import RATIO, VERDICTS
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class PriceDecisions(pa.DataFrameModel):
    """One row a word; of each bar the last one counts. Rows are added and never changed."""

    open_time: Series[Time] = pa.Field(description="When the bar opened that was decided on.")
    decided_at: Series[Time] = pa.Field(description="When it was said.")
    verdict: Series[str] = pa.Field(isin=VERDICTS, description="What was said.")
    ratio: Series[float] = pa.Field(
        gt=0,
        lt=np.inf,
        nullable=True,
        description="Prices from the bar on over those before it, for the same worth.",
    )
    decided_by: Series[str] = pa.Field(
        str_length={"max_value": 100}, description="The account that said it."
    )

    @pa.dataframe_check(error="a ratio exactly where the verdict is one")
    def has_its_ratio(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """A ratio has a number, nothing else has."""
        return frame["ratio"].notna() == (frame["verdict"] == RATIO)

    class Config:
        """Refuse undeclared columns."""

        strict = True


PRICE_DECISIONS = Table(
    "price_decisions",
    PriceDecisions.to_schema(),
    key=("open_time", "decided_at"),
    keeps_history=True,
)
