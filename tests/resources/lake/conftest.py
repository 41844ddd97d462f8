import numpy as np
import pandas as pd
import pytest
from pandera.pandas import Check, Column, DataFrameSchema

from resources.lake.resource import LakeResource
from traderai_assets.schemas.tables import Table

BTC = "binance.BTC-USDT.5m"


@pytest.fixture
def lake(tmp_path):
    return LakeResource(root=str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def bars():
    columns = {
        "open_time": Column(pd.DatetimeTZDtype("ms", "UTC")),
        "close": Column(float, Check.gt(0)),
        "volume": Column(float, nullable=True),
    }
    return Table("bars", DataFrameSchema(columns))


@pytest.fixture(scope="session")
def month_of_bars():
    """Rows of a month: `close` counts up from `first_close`, every third volume is unknown."""

    def make(month, rows=6, first_close=1.0):
        times = pd.date_range(f"{month}-01", periods=rows, freq="5min", tz="UTC", unit="ms")
        volumes = np.where(np.arange(rows) % 3 == 2, np.nan, 10.0)
        closes = first_close + np.arange(float(rows))
        return pd.DataFrame({"open_time": times, "close": closes, "volume": volumes})

    return make


@pytest.fixture(scope="session")
def publish(bars):
    """Publish one partition from a snapshot taken now, or from `snapshot`."""

    def make(lake, month, frame, *, market=BTC, run="run-1", snapshot=None):
        taken = snapshot or lake.snapshot(bars)
        return taken.publish({(market, month): frame}, run_id=run, code_version="1")

    return make
