"""The peers of the features: what they do not compute is left out by itself, and told."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.peer_columns import features_of, peer_frame
from benchmarks.peer_features import PANDAS, TALIB_THROUGHOUT
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.spec import FeatureSpec

BAR_MS = 300_000
NAMES = [spec.name for spec in CATALOGUE]


@pytest.fixture(scope="module")
def candles():
    close = 100.0 + np.random.default_rng(1).normal(0.0, 0.1, 700).cumsum()
    times = pd.date_range("2026-01-01", periods=700, freq="5min", tz="UTC").as_unit("ms")
    columns = {"open": close, "high": close + 0.1, "low": close - 0.1, "close": close}
    return pd.DataFrame({"open_time": times, **columns, "volume": 1.0})


def test_a_feature_that_no_peer_computes_is_left_out(candles):
    own = FeatureSpec("own_close", "own", 0, lambda bars: bars.close, "The close, in quote.")
    peer = peer_frame(candles, PANDAS, BAR_MS)
    compared = features_of(peer, (*CATALOGUE, own))
    assert compared == features_of(peer, CATALOGUE)
    assert [name for name in NAMES if name in peer.columns] == [one.name for one in compared]
    assert {"cci_20", "aroon_25"}.isdisjoint(one.name for one in compared)


def test_every_peer_on_pandas_computes_the_same_columns(candles):
    first, last = (peer_frame(candles, tools, BAR_MS) for tools in (PANDAS, TALIB_THROUGHOUT))
    assert list(first) == list(last)


def test_a_column_that_is_no_feature_is_named(candles):
    peer = peer_frame(candles, PANDAS, BAR_MS)
    with pytest.raises(ValueError, match=r"compute \['rsi_7'\], which are no features"):
        features_of(peer, [spec for spec in CATALOGUE if spec.name != "rsi_7"])
