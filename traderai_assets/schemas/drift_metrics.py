"""What is stored of drift: one row per model, window and thing that may drift."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.drift.alarm import KINDS
from traderai_assets.domain.drift.features import STATUSES
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class DriftMetrics(pa.DataFrameModel):
    """How far a market's recent bars lie from what its champion was trained on.

    Columns that a kind of drift does not have are null.
    """

    model_id: Series[str] = pa.Field(description="The model that was the champion.")
    window_start: Series[Time] = pa.Field(description="When the first bar of the window opened.")
    window_end: Series[Time] = pa.Field(description="When its last bar closed.")
    feature: Series[str] = pa.Field(description="What may drift: a feature, or a figure.")
    kind: Series[str] = pa.Field(isin=KINDS, description="Which kind of drift.")
    psi: Series[float] = pa.Field(
        ge=0, nullable=True, description="Population stability index, in nats."
    )
    psi_limit: Series[float] = pa.Field(
        gt=0, nullable=True, description="What chance or indifference explains, in nats."
    )
    ks: Series[float] = pa.Field(
        ge=0, le=1, nullable=True, description="Largest gap of the cumulative distributions."
    )
    ks_pvalue: Series[float] = pa.Field(
        ge=0, le=1, nullable=True, description="Of ks, Benjamini-Hochberg over the features."
    )
    expected: Series[float] = pa.Field(
        nullable=True, description="Out of sample in training, fraction."
    )
    expected_lower: Series[float] = pa.Field(nullable=True, description="Lower bound of it.")
    realised: Series[float] = pa.Field(nullable=True, description="In the window, fraction.")
    realised_upper: Series[float] = pa.Field(nullable=True, description="Upper bound of it.")
    rows: Series[np.int64] = pa.Field(ge=0, description="Bars, or trades, in the window.")
    status: Series[str] = pa.Field(isin=STATUSES, description="What to make of it.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


DRIFT_METRICS = Table(
    "drift_metrics",
    DriftMetrics.to_schema(),
    key=("window_end", "model_id", "kind", "feature"),
    keeps_history=True,
)
