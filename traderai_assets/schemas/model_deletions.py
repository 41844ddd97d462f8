"""What is stored of deleted models: that one is to go, and that it went, or stayed after all."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time

ASKED, DELETED, WITHDRAWN = "asked", "deleted", "withdrawn"


class ModelDeletions(pa.DataFrameModel):
    """Each step of the deletions in one market; a model whose last step is `asked` is half gone."""

    number: Series[np.int64] = pa.Field(ge=1, unique=True, description="Steps, counted from 1.")
    step: Series[str] = pa.Field(
        isin=(ASKED, DELETED, WITHDRAWN),
        description="Withdrawn: something referred to it after all, and it is back.",
    )
    model_id: Series[str] = pa.Field(description="Of which model.")
    owner: Series[str] = pa.Field(description="Name of its strategy.")
    folder: Series[str] = pa.Field(description="Where the tables of that strategy lie.")
    served_month: Series[str] = pa.Field(description="The month it was made for.")
    stored_as: Series[str] = pa.Field(
        description="Content hash of its month of `models` while it was there."
    )
    at: Series[Time] = pa.Field(description="When, by this machine's clock.")
    by: Series[str] = pa.Field(description="Who asked.")
    reason: Series[str] = pa.Field(description="Why, in a sentence.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


MODEL_DELETIONS = Table(
    "model_deletions",
    ModelDeletions.to_schema(),
    key=("number",),
    monthly=False,
    keeps_history=True,
)
