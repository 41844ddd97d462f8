"""When a market was listed, as its first stored month tells it."""

from datetime import UTC, datetime, timedelta

import numpy as np

from traderai_assets.domain.candles.frames import candles_frame, no_candles
from traderai_assets.domain.candles.listing import listed_from

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def test_a_market_was_listed_when_its_first_candle_opened():
    opened = START + timedelta(days=4)
    row = [opened.timestamp() * 1000, 1.0, 1.0, 1.0, 1.0, 0.0]
    assert listed_from(candles_frame(np.array([row])), None, START, END) == opened


def test_a_month_without_a_candle_lies_before_the_listing():
    assert listed_from(no_candles(), END + timedelta(days=3), START, END) == END


def test_before_a_month_that_has_its_first_bar_a_silent_one_was_not_served():
    assert listed_from(no_candles(), END, START, END) is None
