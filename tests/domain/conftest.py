"""Candles that wander, with or without holes."""

import numpy as np
import pandas as pd
import pytest


def wandering_candles(start, rows, *, bar, seed=0, absent_share=0.0):
    """Seeded random-walk candles; `absent_share` of the bars never happened."""
    random = np.random.default_rng(seed)
    close = 20_000 * np.exp(np.cumsum(random.normal(0, 0.002, rows)))
    open_ = np.concatenate([[20_000.0], close[:-1]])
    reach = np.exp(np.abs(random.normal(0, 0.001, (2, rows))))
    candles = pd.DataFrame(
        {
            "open_time": pd.date_range(start, periods=rows, freq=bar, tz="UTC").as_unit("ms"),
            "open": open_,
            "high": np.maximum(open_, close) * reach[0],
            "low": np.minimum(open_, close) / reach[1],
            "close": close,
            "volume": random.gamma(2.0, 10.0, rows),
        }
    )
    present = random.random(rows) >= absent_share
    return candles[present].reset_index(drop=True)


@pytest.fixture(scope="session")
def wander():
    return wandering_candles
