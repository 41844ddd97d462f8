"""What is stored of live predictions: all a champion said, also where it took no side."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.words import OF_PREDICTIONS
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class Predictions(pa.DataFrameModel):
    """One row for each closed bar since a model spoke for the market."""

    open_time: Series[Time] = pa.Field(unique=True, description="When the bar opened.")
    model_id: Series[str] = pa.Field(description="The champion at the bar's close.")
    probability: Series[float] = pa.Field(
        ge=0, le=1, description="Calibrated, that the upper barrier comes first."
    )
    width: Series[float] = pa.Field(
        gt=0, lt=1, nullable=True, description="To either barrier, fraction of price; null unknown."
    )
    side: Series[np.int8] = pa.Field(isin=(-1, 0, 1), description="1 long, -1 short, 0 neither.")

    word: Series[str] = pa.Field(
        nullable=True,
        isin=OF_PREDICTIONS,
        description="`signal`, or the one reason for no side; null in predictions made before "
        "there were words.",
    )

    class Config:
        """Refuse undeclared columns."""

        strict = True


PREDICTIONS = Table(
    "predictions", Predictions.to_schema(), keeps_history=True, of_strategy=True, grows=True
)
