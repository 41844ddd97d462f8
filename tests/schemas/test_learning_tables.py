"""The tables of features, labels and models: what they accept, what they refuse."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.errors import InvalidRows
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.rows import validated_rows

BAR = timedelta(minutes=5)


@pytest.fixture
def features():
    times = pd.date_range("2026-03-01", periods=3, freq=BAR, tz="UTC").as_unit("ms")
    columns = {spec.name: np.array([np.nan, 0.5, 1.0]) for spec in CATALOGUE}
    return pd.DataFrame({"open_time": times, **columns})


def labels():
    rows = 120
    closes = 100 + np.sin(np.arange(rows))
    candles = pd.DataFrame(
        {
            "open_time": pd.date_range("2026-03-01", periods=rows, freq=BAR, tz="UTC").as_unit(
                "ms"
            ),
            "open": closes,
            "high": closes + 1,
            "low": closes - 1,
            "close": closes,
        }
    )
    return label_bars(candles, bar=BAR, horizon_bars=5, multiple=1.0)


def test_features_may_be_undefined_but_not_infinite(features):
    assert len(validated_rows(FEATURES, features)) == 3
    with pytest.raises(InvalidRows, match="finite or NaN"):
        validated_rows(FEATURES, features.assign(rsi_14=np.inf))


def test_a_feature_too_many_or_too_few_is_refused(features):
    with pytest.raises(InvalidRows, match="hunch"):
        validated_rows(FEATURES, features.assign(hunch=1.0))
    with pytest.raises(InvalidRows, match="rsi_14"):
        validated_rows(FEATURES, features.drop(columns="rsi_14"))


def test_every_feature_column_tells_its_unit():
    columns = FEATURES.schema.columns
    assert set(columns) == {"open_time", *(spec.name for spec in CATALOGUE)}
    assert all(column.description for column in columns.values())


def test_labels_as_they_are_made_are_accepted():
    assert len(validated_rows(LABELS, labels())) > 30


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("label", np.int8(2)),
        ("barrier", "sideways"),
        ("width", 0.0),
        ("gross_return", -1.0),
        ("gross_return", np.nan),
        ("label_end", pd.Timestamp("2026-02-28", tz="UTC").as_unit("ms")),
    ],
)
def test_labels_that_cannot_be_are_refused(column, value):
    spoilt = labels()
    spoilt.loc[0, column] = value
    with pytest.raises(InvalidRows):
        validated_rows(LABELS, spoilt)


def test_models_are_sorted_by_what_they_had_seen_then_by_when_they_were_made():
    assert MODELS.key == ("trained_until", "generation")
    assert OUT_OF_SAMPLE.key == ("open_time",)
    assert MODELS.dtypes["lightgbm"] == MODELS.dtypes["xgboost"] == "object"
