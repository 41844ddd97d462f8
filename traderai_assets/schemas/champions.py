"""What is stored of champions: every change and every challenge, one row each, none ever edited."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.champions.history import ACTIONS
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class Champions(pa.DataFrameModel):
    """The history of the model that speaks for one market."""

    number: Series[np.int64] = pa.Field(ge=1, unique=True, description="Events, counted from 1.")
    changed_at: Series[Time] = pa.Field(description="Close of the last bar the decision knew.")
    action: Series[str] = pa.Field(isin=ACTIONS, description="What was done.")
    model_id: Series[str] = pa.Field(
        nullable=True, description="The champion from then on; null while there is none."
    )
    served_month: Series[str] = pa.Field(
        nullable=True, str_matches=r"^[0-9]{4}-[0-9]{2}$", description="Month it was made for."
    )
    previous_model_id: Series[str] = pa.Field(
        nullable=True, description="The champion until then; null if there was none."
    )
    challenger_id: Series[str] = pa.Field(
        nullable=True, description="Who was judged; null where a person rolled back."
    )
    reason: Series[str] = pa.Field(description="One sentence.")
    evidence: Series[str] = pa.Field(description="The numbers it rests on, JSON.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


CHAMPIONS = Table(
    "champions",
    Champions.to_schema(),
    key=("number",),
    monthly=False,
    keeps_history=True,
    of_strategy=True,
)
