"""What is stored of drift: one row per model, window and thing that may drift."""

import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.drift.alarm import KINDS
from traderai_assets.domain.drift.features import STATUSES
from traderai_assets.domain.metrics.catalogue import OF_DRIFT
from traderai_assets.schemas.metric_columns import with_metrics
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class DriftMetrics(pa.DataFrameModel):
    """How far a market's recent bars lie from what its champion was trained on.

    Its metrics are the catalogue's, one column each; those a kind of drift does not have are null.
    """

    model_id: Series[str] = pa.Field(description="The model that was the champion.")
    window_start: Series[Time] = pa.Field(description="When the first bar of the window opened.")
    window_end: Series[Time] = pa.Field(description="When its last bar closed.")
    feature: Series[str] = pa.Field(description="What may drift: a feature, or a figure.")
    kind: Series[str] = pa.Field(isin=KINDS, description="Which kind of drift.")
    status: Series[str] = pa.Field(isin=STATUSES, description="What to make of it.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


DRIFT_METRICS = Table(
    "drift_metrics",
    with_metrics(DriftMetrics.to_schema(), OF_DRIFT, before="status"),
    key=("window_end", "model_id", "kind", "feature"),
    keeps_history=True,
    of_strategy=True,
)
