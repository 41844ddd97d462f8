"""A table as of any moment is, to the last bit, what was recorded then."""

import random
import time
from bisect import bisect_right
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.resources.lake.conftest import BTC, ETH
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.predictions import PREDICTIONS

MONTHS = ("2026-02", "2026-03")
MILLISECOND = timedelta(milliseconds=1)


def bars(month, rows, chance):
    opened = pd.date_range(f"{month}-01", periods=rows, freq="5min", tz="UTC", unit="ms")
    prices = dict.fromkeys(("open", "high", "low", "close", "volume"), chance.uniform(1, 2))
    return pd.DataFrame({"open_time": opened}).assign(**prices)


def said(month, rows, chance):
    frame = bars(month, rows, chance)[["open_time"]].assign(
        model_id=pd.Series(["m"] * rows, dtype="str"),
        probability=chance.random(),
        width=0.01,
        side=np.zeros(rows, np.int8),
        word=pd.Series(["below_threshold"] * rows, dtype="str"),
    )
    return frame[list(PREDICTIONS.dtypes)]


@pytest.mark.parametrize(
    ("commits", "moments"), [(12, 60), pytest.param(60, 1_000, marks=pytest.mark.torture)]
)
@pytest.mark.parametrize(("table", "rows_of"), [(CANDLES, bars), (PREDICTIONS, said)])
def test_at_random_moments_all_is_as_it_was_recorded(lake, table, rows_of, commits, moments):
    chance = random.Random(commits)
    begun, ended, recorded = [], [], []
    stored = {}
    for _ in range(commits):
        keys = chance.sample([(market, month) for market in (BTC, ETH) for month in MONTHS], 2)
        frames = {key: rows_of(key[1], chance.randint(1, 40), chance) for key in keys}
        begun.append(datetime.now(UTC))
        lake.snapshot(table).publish(frames, run_id="run", code_version="1")
        ended.append(datetime.now(UTC) + MILLISECOND)  # Delta tells no finer
        stored = stored | frames
        recorded.append(stored)
        time.sleep(0.02)
    length = ended[-1] - ended[0]
    looked_at = 0
    while looked_at < moments:
        moment = ended[0] + 1.1 * length * chance.random()
        place = bisect_right(ended, moment) - 1
        if place + 1 < commits and moment >= begun[place + 1]:
            continue  # While it was committed: either is right
        snapshot = lake.snapshot(table, as_of=moment)
        for (market, month), frame in recorded[place].items():
            pd.testing.assert_frame_equal(snapshot.read(market, [month]), frame, check_exact=True)
        looked_at += 1
