"""`traderai words`: of each of a market's latest bars a signal, or why there is none."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from traderai_assets.cli.context import open_lake
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.markets import Market
from traderai_assets.domain.signals.identity import signal_id
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS

BTC, MONTH = Market("binance", "BTC/USDT", "1h"), "2026-03"
START = datetime(2026, 3, 1, tzinfo=UTC)
MODEL = "a" * 32


@pytest.fixture
def stored(home):
    """Six hours, of which the fourth is absent; of two a model spoke, once with a side."""
    times = pd.date_range(START, periods=6, freq="1h").as_unit("ms").delete(3)
    candles = pd.DataFrame({"open_time": times, "volume": 1.0})
    candles[["open", "high", "low", "close"]] = 100.0
    features = pd.DataFrame(np.ones((5, len(CATALOGUE))), columns=[one.name for one in CATALOGUE])
    features.insert(0, "open_time", times)
    said = {"model_id": MODEL, "probability": 0.75, "width": 0.01}
    predictions = pd.DataFrame({"open_time": times[1:3]} | said)
    predictions = predictions.assign(side=np.int8([0, 1]), word=["outlier", "signal"])
    hour = pd.Timedelta("1h")
    levels = {"target": 0.01, "stop": 0.01, "reference_price": 100.0}
    levels |= {"target_price": 101.0, "stop_price": 99.0, "strategy_state": "promoted"}
    signals = pd.DataFrame({"open_time": times[2:3], "decided_at": times[2:3] + hour} | said)
    signals = signals.assign(
        valid_until=times[2:3] + 13 * hour,
        side=np.int8(1),
        size=1.0,
        paper=False,
        signal_id=signal_id("default", BTC, int(times[2].timestamp() * 1000), MODEL),
        valid_from=times[2:3] + hour,
        **levels,
    )
    for table, frame in (
        (CANDLES, candles),
        (FEATURES, features),
        (PREDICTIONS, predictions),
        (SIGNALS, signals),
    ):
        rows = frame[list(table.dtypes)].astype(table.dtypes)
        open_lake(home).snapshot(table).publish(
            {(BTC.key, MONTH): rows}, run_id="test", code_version="1"
        )


@pytest.mark.usefixtures("stored")
def test_each_bar_has_its_word_the_newest_first(traderai):
    told = json.loads(traderai("words", "binance:BTC/USDT", "--json").out)
    assert [(row["bar"][-5:], row["word"]) for row in told["rows"]] == [
        ("05:00", "no_strategy_permitted"),
        ("04:00", "no_strategy_permitted"),
        ("03:00", "gap"),
        ("02:00", "signal"),
        ("01:00", "outlier"),
        ("00:00", "no_strategy_permitted"),
    ]
    assert told["counts"] == {"no_strategy_permitted": 3, "gap": 1, "signal": 1, "outlier": 1}
    assert (told["outlier_rate"], told["coverage"]) == (0.5, None)


@pytest.mark.usefixtures("stored")
def test_a_person_reads_a_line_a_bar_and_what_they_come_to(traderai):
    code, out, _ = traderai("words", "binance:BTC/USDT", "--bars", "3", "--strategy", "default")
    assert code == 0
    assert [line.split()[:3] for line in out.splitlines()[1:4]] == [
        ["2026-03-01", "05:00", "no_strategy_permitted"],
        ["2026-03-01", "04:00", "no_strategy_permitted"],
        ["2026-03-01", "03:00", "gap"],
    ]
    assert (
        "default on binance.BTC-USDT.1h: 2 no_strategy_permitted, 1 gap; outliers undefined" in out
    )


@pytest.mark.usefixtures("home")
def test_a_market_of_which_nothing_is_stored_is_refused_by_name(traderai):
    code, _, err = traderai("words", "binance:BTC/USDT")
    assert code == 1
    assert "no candles of binance.BTC-USDT.1h are stored" in err
