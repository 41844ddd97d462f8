"""What is stored of models: one row a model, and what each said out of sample while training."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.labels.barriers import MAX_WIDTH
from traderai_assets.domain.metrics.catalogue import OF_MODELS
from traderai_assets.schemas.metric_columns import with_metrics
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class Models(pa.DataFrameModel):
    """Trained models of one market; their metrics are the catalogue's, one column each."""

    model_id: Series[str] = pa.Field(
        unique=True,
        str_matches=r"^[0-9a-f]{32}$",
        description="BLAKE2b over card, lightgbm, xgboost and other_learners.",
    )
    generation: Series[np.int64] = pa.Field(
        ge=1,
        unique=True,
        description="Models made for this month, counted from 1; the last serves.",
    )
    trained_from: Series[Time] = pa.Field(description="When the first bar of the rows opened.")
    trained_until: Series[Time] = pa.Field(
        description="When the last label became known: the model saw nothing later."
    )
    rows: Series[np.int64] = pa.Field(gt=0, description="Bars with features and a label.")
    folds: Series[np.int64] = pa.Field(gt=0, description="Walk-forward test slices.")
    promotable: Series[bool] = pa.Field(
        description="Whether its own test alone would prove it: told, and decides nothing."
    )
    verdict: Series[str] = pa.Field(description="Why, or why not, in a sentence.")
    fault: Series[str] = pa.Field(
        nullable=True,
        description="Why its strategy does not speak by it; null where nothing is said against it.",
    )
    card: Series[str] = pa.Field(description="All there is to know of the model, JSON.")
    lightgbm: Series[object] = pa.Field(description="LightGBM's text, UTF-8; may be empty.")
    xgboost: Series[object] = pa.Field(description="XGBoost's UBJ; may be empty.")
    other_learners: Series[str] = pa.Field(
        description="Models of all other learners: JSON, name to base64; may be empty."
    )

    class Config:
        """Refuse undeclared columns."""

        strict = True


class OutOfSamplePredictions(pa.DataFrameModel):
    """What a model's walk-forward folds said and did at bars not seen, and what happened."""

    open_time: Series[Time] = pa.Field(unique=True, description="When the bar opened.")
    fold: Series[np.int64] = pa.Field(ge=1, description="Test slice, counted from 1.")
    probability: Series[float] = pa.Field(
        ge=0, le=1, description="Calibrated, that the upper barrier comes first."
    )
    label: Series[np.int8] = pa.Field(isin=(-1, 0, 1), description="As in labels.")
    gross_return: Series[float] = pa.Field(
        gt=-1, lt=np.inf, description="Of a long, before costs, fraction of its entry price."
    )
    width: Series[float] = pa.Field(
        gt=0, le=MAX_WIDTH, description="From entry to either label barrier, fraction of price."
    )
    side: Series[np.int8] = pa.Field(isin=(-1, 0, 1), description="What the fold decided.")
    target: Series[float] = pa.Field(
        gt=0, nullable=True, description="From entry, fraction of price; as `stop`."
    )
    stop: Series[float] = pa.Field(
        gt=0, nullable=True, description="From entry, fraction of price; null without a side."
    )
    size: Series[float] = pa.Field(
        ge=0, le=1, nullable=True, description="Share of the account put in."
    )
    horizon_bars: Series[np.int64] = pa.Field(ge=1, description="Bars until it is over.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


MODELS = Table(
    "models",
    with_metrics(Models.to_schema(), OF_MODELS, before="promotable"),
    key=("trained_until", "generation"),
    keeps_history=True,
    of_strategy=True,
)
OUT_OF_SAMPLE = Table(
    "out_of_sample", OutOfSamplePredictions.to_schema(), keeps_history=True, of_strategy=True
)
