"""What is stored of features: one row a closed bar, one column for each entry of the catalogue."""

import numpy as np
import pandas as pd
import pandera.pandas as pa

from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.schemas.tables import Table


def _is_finite(frame: pd.DataFrame) -> bool:
    """NaN says not defined; infinite is a mistake. One look at all columns, not one at each."""
    return not np.isinf(frame.drop(columns="open_time").to_numpy(np.float64)).any()


FEATURES_SCHEMA = pa.DataFrameSchema(
    {
        "open_time": pa.Column(
            pd.DatetimeTZDtype("ms", "UTC"),
            unique=True,
            description="When the bar opened; its features are known when it closes.",
        ),
        **{
            spec.name: pa.Column(
                "float64", nullable=True, description=f"{spec.description} NaN where not defined."
            )
            for spec in CATALOGUE
        },
    },
    checks=pa.Check(_is_finite, error="every feature is finite or NaN"),
    strict=True,
    name="Features",
    description="The feature catalogue at each closed bar of one market.",
)

FEATURES = Table("features", FEATURES_SCHEMA, grows=True)
