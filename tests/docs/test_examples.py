"""The blocks of Python of the pages do what their page says, beyond that they compile."""

import sys
import types
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from tests.docs.pages import Fence, fences
from traderai_assets.domain.features.month import month_features
from traderai_assets.domain.features.proof import prove_stretch
from traderai_assets.domain.months import Month
from traderai_assets.sandbox.replay import ReplayFeed
from traderai_assets.sandbox.simulation import SimulatedFeed


def ran(page: str) -> types.ModuleType:
    """Run the one block of Python of a page, as a module."""
    [block] = [one for one in fences("python") if one.page == page]
    return run(block)


def run(block: Fence) -> types.ModuleType:
    module = types.ModuleType("block_of_a_page")
    sys.modules[module.__name__] = module
    try:
        exec(compile(block.text, str(block), "exec"), module.__dict__)  # noqa: S102
    finally:
        del sys.modules[module.__name__]
    return module


def candles(days: int) -> pd.DataFrame:
    """Days of March, in five minutes."""
    first = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp() * 1000)
    bars = SimulatedFeed(seed=7).bars("BTCUSDT", "5m", first, first + days * 86_400_000 - 1)
    return pd.DataFrame(
        {"open_time": pd.to_datetime(bars.open_time, unit="ms", utc=True).as_unit("ms")}
        | {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    )


def test_the_feature_of_the_page_has_values_and_passes_the_proof():
    catalogue = ran("docs/features.md").FEATURES
    bar, month, bars = timedelta(minutes=5), Month(2024, 3), candles(8)
    found = month_features(bars, month=month, bar=bar, catalogue=catalogue)
    assert np.isfinite(found[catalogue[0].name].to_numpy()[288:]).all()
    assert prove_stretch(bars, month=month, bar=bar, seed=1, catalogue=catalogue) == []


def test_freqtrades_functions_as_the_page_has_them_are_features_that_pass_the_proof():
    catalogue = ran("docs/how-to/freqtrade.md").FEATURES
    names = [spec.name for spec in catalogue]
    assert "freqai_rsi_period_10" in names
    assert len(names) == 9
    leaks = prove_stretch(
        candles(8), month=Month(2024, 3), bar=timedelta(minutes=5), seed=1, catalogue=catalogue
    )
    assert leaks == []


def test_freqtrades_files_become_such_as_are_replayed_by_the_lines_of_the_tutorial(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "user_data" / "data" / "binance").mkdir(parents=True)
    (tmp_path / "folder").mkdir()
    told = candles(1).rename(columns={"open_time": "date"})
    told.to_feather("user_data/data/binance/BTC_USDT-5m.feather")
    ran("docs/tutorial.md")
    feed = ReplayFeed(tmp_path / "folder")
    first, last = (int(told["date"].iloc[place].timestamp() * 1000) for place in (0, -1))
    served = feed.bars("BTCUSDT", "5m", first, last)
    assert served.close.tolist() == told["close"].tolist()
