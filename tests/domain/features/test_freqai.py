"""FreqAI's functions as features: honest ones pass the proof, those that look ahead are named."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import talib.abstract as ta

from traderai_assets.domain.errors import InvalidFeature
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.freqai import freqai_features
from traderai_assets.domain.features.lookahead import leaking_features
from traderai_assets.domain.features.month import month_features
from traderai_assets.domain.features.proof import prove_month, prove_stretch
from traderai_assets.domain.months import Month
from traderai_assets.sandbox.simulation import SimulatedFeed

BAR, MARCH = timedelta(minutes=5), Month(2024, 3)


class Strategy:
    """As the functions stand in Freqtrade's own example of a FreqAI strategy."""

    def feature_engineering_expand_all(self, dataframe, period, metadata, **kwargs):  # noqa: ARG002
        dataframe["%-rsi-period"] = ta.RSI(dataframe, timeperiod=period)
        dataframe["%-mfi-period"] = ta.MFI(dataframe, timeperiod=period)
        dataframe["bb_mid-period"] = dataframe["close"].rolling(period).mean()
        dataframe["%-close-bb_mid-period"] = dataframe["close"] / dataframe["bb_mid-period"]
        volume = dataframe["volume"]
        dataframe["%-relative_volume-period"] = volume / volume.rolling(period).mean()
        return dataframe

    def feature_engineering_expand_basic(self, dataframe, metadata, **kwargs):  # noqa: ARG002
        dataframe["%-pct-change"] = dataframe["close"].pct_change()
        return dataframe

    def feature_engineering_standard(self, dataframe, metadata, **kwargs):  # noqa: ARG002
        dataframe["%-day_of_week"] = (dataframe["date"].dt.day_of_week + 1) / 7
        dataframe["%-hour_of_day"] = (dataframe["date"].dt.hour + 1) / 25
        return dataframe


def honest(**options):
    strategy = Strategy()
    asked = {
        "expand_all": strategy.feature_engineering_expand_all,
        "expand_basic": strategy.feature_engineering_expand_basic,
        "standard": strategy.feature_engineering_standard,
        "periods": (10, 20),
        "shifted_candles": 1,
        "startup_candles": 60,
    }
    return freqai_features(**asked | options)


@pytest.fixture(scope="module")
def candles():
    """Nine days of March, in five minutes."""
    first, last = (int(datetime(2024, 3, day, tzinfo=UTC).timestamp() * 1000) for day in (1, 10))
    bars = SimulatedFeed(seed=7).bars("BTCUSDT", "5m", first, last - 1)
    return pd.DataFrame(
        {"open_time": pd.to_datetime(bars.open_time, unit="ms", utc=True).as_unit("ms")}
        | {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    )


def test_periods_and_shifts_are_expanded_as_freqai_does_and_named_after_its_names():
    names = [spec.name for spec in honest()]
    expanded = [
        f"freqai_{name}_{period}"
        for period in (10, 20)
        for name in ("rsi_period", "mfi_period", "close_bb_mid_period", "relative_volume_period")
    ]
    basic, standard = ["freqai_pct_change"], ["freqai_day_of_week", "freqai_hour_of_day"]
    shifted = [f"{name}_shift_1" for name in expanded + basic]
    assert sorted(names) == sorted(expanded + basic + shifted + standard)
    assert {spec.warm_up_bars for spec in honest()} == {61}
    assert len({spec.name for spec in CATALOGUE} & set(names)) == 0


def test_values_are_what_the_functions_compute_of_the_same_candles(candles):
    found = month_features(candles, month=MARCH, bar=BAR, catalogue=honest())
    close = candles["close"]
    inside = slice(400, 420)  # The whole of what a month reads lies in the frame
    expected = (close / close.rolling(20).mean()).to_numpy()
    assert found["freqai_close_bb_mid_period_20"].to_numpy()[inside] == pytest.approx(
        expected[inside], rel=1e-9
    )
    rsi = ta.RSI(candles["close"].to_numpy(), timeperiod=10)
    assert found["freqai_rsi_period_10_shift_1"].to_numpy()[inside] == pytest.approx(
        rsi[399:419], rel=1e-9
    )
    hours = candles["open_time"].dt.hour.to_numpy()
    assert found["freqai_hour_of_day"].to_numpy()[inside] == pytest.approx((hours[inside] + 1) / 25)
    assert found.iloc[:61].drop(columns="open_time").isna().all(axis=None)


@pytest.mark.parametrize("seed", range(3))
def test_honest_functions_pass_the_proof(candles, seed):
    catalogue = honest()
    assert prove_stretch(candles, month=MARCH, bar=BAR, seed=seed, catalogue=catalogue) == []
    assert prove_month(candles, month=MARCH, bar=BAR, seed=seed, catalogue=catalogue) == []


def tomorrow(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["%-next"] = dataframe["close"].pct_change().shift(-1)
    return dataframe


def normalised(dataframe, metadata, **kwargs):  # noqa: ARG001
    change = dataframe["close"].pct_change()
    dataframe["%-score"] = (change - change.mean()) / change.std()
    return dataframe


def filled_backwards(dataframe, metadata, **kwargs):  # noqa: ARG001
    hourly = dataframe["close"].pct_change(12).where(dataframe["date"].dt.minute == 0)
    dataframe["%-hourly"] = hourly.bfill()
    return dataframe


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (tomorrow, "freqai_next"),
        (normalised, "freqai_score"),
        (filled_backwards, "freqai_hourly"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_a_function_that_looks_ahead_is_named_with_the_bar_that_leaked(
    candles, function, name, seed
):
    catalogue = (*honest(), *freqai_features(standard=function, startup_candles=20))
    leaks = prove_stretch(candles, month=MARCH, bar=BAR, seed=seed, catalogue=catalogue)
    assert list(leaking_features(leaks)) == [name]
    assert all(MARCH.start <= leak.row <= leak.cut < MARCH.end for leak in leaks)


def raw_price(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["%-raw_close"] = dataframe["close"]
    return dataframe


def of_a_pair(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["%-is_btc"] = float(metadata["pair"].startswith("BTC"))
    return dataframe


def drops_rows(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["%-x"] = dataframe["close"].pct_change()
    return dataframe.dropna()


def forgets(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["%-x"] = dataframe["close"].pct_change()


def no_sign(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["x"] = dataframe["close"].pct_change()
    return dataframe


def words(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["%-x"] = "up"
    return dataframe


def fails(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["%-x"] = dataframe["funding"]
    return dataframe


def long(dataframe, metadata, **kwargs):  # noqa: ARG001
    dataframe["%-x"] = dataframe["close"] / dataframe["close"].rolling(2000).mean()
    return dataframe


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (raw_price, "FreqAI's %-raw_close depends on the unit of prices"),
        (of_a_pair, "asks for metadata['pair']; here it has 'tf' alone"),
        (drops_rows, "drops_rows returned 275 rows for 276 bars; it must return"),
        (forgets, "forgets returned None for 276 bars; it must return"),
        (no_sign, "makes a column whose name begins with %"),
        (words, "makes a column '%-x' of str; a feature is a number for each bar"),
        (fails, "fails failed on 276 bars with the columns date, open,"),
        (long, "FreqAI's %-x has no value after a warm-up of 20 bars; raise startup_candles"),
    ],
)
def test_a_function_that_cannot_be_a_feature_is_refused_with_the_way_out(function, said):
    with pytest.raises(InvalidFeature) as refused:
        freqai_features(standard=function, startup_candles=20)
    assert said in str(refused.value)


def test_periods_without_a_function_for_them_are_refused():
    with pytest.raises(InvalidFeature, match="give both or none"):
        freqai_features(standard=tomorrow, periods=(10,), startup_candles=20)


_FILE = '''
"""Mine, as they stood in user_data/strategies."""

from traderai_assets.domain.features.freqai import freqai_features


def feature_engineering_expand_all(dataframe, period, metadata, **kwargs):
    dataframe["%-close-mean"] = dataframe["close"] / dataframe["close"].rolling(period).mean()
    return dataframe


FEATURES = freqai_features(
    expand_all=feature_engineering_expand_all, periods=(10, 20), startup_candles=40
)
'''


@pytest.mark.processes
def test_a_file_of_the_users_own_makes_them_columns_of_the_features(tmp_path, repository):
    (tmp_path / "traderai_features").mkdir()
    (tmp_path / "traderai_features" / "mine.py").write_text(_FILE)
    ask = (
        "from traderai_assets.schemas.features import FEATURES_SCHEMA as schema\n"
        "print([name for name in schema.columns if name.startswith('freqai')])"
    )
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ask],
        check=True,
        capture_output=True,
        cwd=repository,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(repository)])},
        text=True,
    ).stdout
    assert said.strip() == "['freqai_close_mean_10', 'freqai_close_mean_20']"


def test_a_bar_is_computed_once_for_all_features_of_a_function(candles):
    calls = []

    def counted(dataframe, metadata, **kwargs):  # noqa: ARG001
        calls.append(len(dataframe))
        change = dataframe["close"].pct_change()
        dataframe["%-a"], dataframe["%-b"] = change, np.abs(change)
        return dataframe

    catalogue = freqai_features(standard=counted, startup_candles=20)
    calls.clear()
    month_features(candles, month=MARCH, bar=BAR, catalogue=catalogue)
    assert calls == [len(candles)]


def test_a_function_is_told_its_timeframe_as_freqai_tells_it(candles):
    told = set()

    def asks(dataframe, metadata, **kwargs):  # noqa: ARG001
        told.add(metadata["tf"])
        dataframe["%-x"] = dataframe["close"].pct_change()
        return dataframe

    catalogue = freqai_features(standard=asks, startup_candles=5)
    told.clear()
    hourly = candles[::12].reset_index(drop=True)
    month_features(hourly, month=MARCH, bar=timedelta(hours=1), catalogue=catalogue)
    assert told == {"1h"}
