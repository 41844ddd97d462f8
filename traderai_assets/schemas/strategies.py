"""What is stored of strategies: every one that was ever registered, of the whole platform."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time

STRATEGY_ID = r"^[0-9a-f]{16}$"


class Strategies(pa.DataFrameModel):
    """One row an id and name; rows are added and never changed. Ids, not rows, are counted."""

    number: Series[np.int64] = pa.Field(ge=1, unique=True, description="Rows, counted from 1.")
    strategy_id: Series[str] = pa.Field(str_matches=STRATEGY_ID, description="Id of what decides.")
    name: Series[str] = pa.Field(description="What the settings called it.")
    registered_at: Series[Time] = pa.Field(
        description="By the exchange's clock, before its first served return was made."
    )
    settings: Series[str] = pa.Field(description="All settings that decide, JSON.")
    code: Series[str] = pa.Field(description="The code versions that decide, JSON.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


STRATEGIES = Table(
    "strategies",
    Strategies.to_schema(),
    key=("number",),
    monthly=False,
    by_market=False,
    keeps_history=True,
)
