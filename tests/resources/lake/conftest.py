from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pandera.pandas import Check, Column, DataFrameSchema

from resources.lake.resource import LakeResource
from traderai_assets.schemas.tables import Table

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"
MONTH = "2026-03"
KEY = (BTC, MONTH)


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


@pytest.fixture
def table_folder(tmp_path):
    return tmp_path / "lake" / "bars"


@pytest.fixture
def stored(lake, month_of_bars, publish):
    """A lake with BTC 2026-03 (version 1), ETH 2026-03 (version 2) and BTC 2026-04 (version 3)."""
    publish(lake, "2026-03", month_of_bars("2026-03"))
    publish(lake, "2026-03", month_of_bars("2026-03", rows=4), market=ETH)
    publish(lake, "2026-04", month_of_bars("2026-04", rows=5))
    return lake


@pytest.fixture
def edit_commit(table_folder):
    """Replace one text by another in the file of a commit."""

    def edit(version, old, new):
        path = table_folder / "_delta_log" / f"{version:020d}.json"
        content = path.read_text()
        assert old in content
        path.write_text(content.replace(old, new))

    return edit


@pytest.fixture
def data_file(table_folder):
    """The one data file of a partition."""

    def find(market=BTC, month="2026-03"):
        (file,) = (table_folder / f"market={market}" / f"month={month}").rglob("*.parquet")
        return file

    return find


@pytest.fixture
def fold(bars):
    """Fold the log of a lake into a checkpoint; returns the version it is of."""

    def make(lake):
        return lake.maintain(bars, keep=timedelta(hours=1)).checkpoint_version

    return make


@pytest.fixture(scope="session")
def growing(bars):
    return replace(bars, grows=True)


@pytest.fixture
def put(lake, growing):
    """Publish one partition from a snapshot taken now, or from `snapshot`."""

    def make(frame, *, market=BTC, month=MONTH, run="run-1", snapshot=None):
        taken = snapshot or lake.snapshot(growing)
        return taken.publish({(market, month): frame}, run_id=run, code_version="1")

    return make


@pytest.fixture
def month(month_of_bars):
    return lambda rows: month_of_bars(MONTH, rows=rows)


@pytest.fixture
def in_chunks(put, month):
    """A month of 690 bars, stored in four chunks of 528, 120, 24 and 18."""
    for rows in (540, 660, 684, 690):
        put(month(rows))
    return month(690)


@pytest.fixture
def chunks(lake, growing):
    return lambda key=KEY: lake.snapshot(growing)._state.stored[key].chunks


@pytest.fixture
def read(lake, growing):
    return lambda: lake.snapshot(growing).read(BTC, [MONTH])


@pytest.fixture
def paths():
    """Of chunks, their files."""
    return lambda chunks: [path for chunk in chunks for path in chunk.paths]
