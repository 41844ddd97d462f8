"""What is stored of labels: how a position entered after each bar ended."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.labels.barriers import MAX_WIDTH
from traderai_assets.domain.labels.outcomes import BARRIERS
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class Labels(pa.DataFrameModel):
    """Triple-barrier outcomes of one market, one row a bar; bars not yet decided have none."""

    open_time: Series[Time] = pa.Field(unique=True, description="When the labelled bar opened.")
    label_end: Series[Time] = pa.Field(
        description="When the deciding bar closed: the outcome is known from then on."
    )
    label: Series[np.int8] = pa.Field(
        isin=(-1, 0, 1),
        description="1 upper barrier first, -1 lower first, else the sign of the return; 0 is flat "
        "or both barriers in one bar.",
    )
    gross_return: Series[float] = pa.Field(
        gt=-1,
        lt=np.inf,
        description="Of a long, before costs, fraction of its entry price.",
    )
    barrier: Series[str] = pa.Field(isin=BARRIERS, description="What ended the position.")
    width: Series[float] = pa.Field(
        gt=0, le=MAX_WIDTH, description="From entry to either barrier, fraction of price."
    )

    @pa.dataframe_check(error="open_time < label_end")
    def ends_after_it_begins(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """No outcome is known before its bar."""
        return frame["open_time"] < frame["label_end"]

    class Config:
        """Refuse undeclared columns."""

        strict = True


LABELS = Table("labels", Labels.to_schema(), of_strategy=True, grows=True)
