"""What people note of models: a row a note, none ever edited, kept also when a model is gone."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class ModelNotes(pa.DataFrameModel):
    """The notes on all models of one market."""

    number: Series[np.int64] = pa.Field(ge=1, unique=True, description="Notes, counted from 1.")
    model_id: Series[str] = pa.Field(description="Of which model.")
    at: Series[Time] = pa.Field(description="When it was written, by this machine's clock.")
    by: Series[str] = pa.Field(description="Who wrote it.")
    text: Series[str] = pa.Field(description="What was written.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


MODEL_NOTES = Table(
    "model_notes", ModelNotes.to_schema(), key=("number",), monthly=False, keeps_history=True
)
