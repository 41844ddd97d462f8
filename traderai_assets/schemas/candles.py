"""What is stored of candles: the bars, the gaps between them, asks for those, rows kept out."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.candles.ask_records import CAME_BACK
from traderai_assets.domain.candles.gap_classes import GAP_CLASSES
from traderai_assets.domain.candles.quarantine import MAX_RAW_LENGTH
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class Candles(pa.DataFrameModel):
    """Closed OHLCV bars of one market, one row a bar; prices in quote, volume in base."""

    open_time: Series[Time] = pa.Field(unique=True, description="When the bar opened.")
    open: Series[float] = pa.Field(gt=0, lt=np.inf, description="First trade, in quote.")
    high: Series[float] = pa.Field(gt=0, lt=np.inf, description="Highest trade, in quote.")
    low: Series[float] = pa.Field(gt=0, lt=np.inf, description="Lowest trade, in quote.")
    close: Series[float] = pa.Field(gt=0, lt=np.inf, description="Last trade, in quote.")
    volume: Series[float] = pa.Field(ge=0, lt=np.inf, description="Amount traded, in base.")

    @pa.dataframe_check(error="low <= open, close <= high")
    def body_within_range(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """No trade of a bar lies outside its range."""
        body = frame[["open", "close"]]
        return (frame["high"] >= body.max(axis=1)) & (frame["low"] <= body.min(axis=1))

    class Config:
        """Refuse undeclared columns."""

        strict = True


class CandleGaps(pa.DataFrameModel):
    """Stretches of one market in which nothing traded or nothing could be read."""

    start: Series[Time] = pa.Field(unique=True, description="Open time of the first idle bar.")
    end: Series[Time] = pa.Field(description="When the last idle bar closed.")
    absent_bars: Series[np.int64] = pa.Field(ge=0, description="Bars that are not stored.")
    flat_bars: Series[np.int64] = pa.Field(ge=0, description="Stored bars without a trade.")
    kind: Series[str] = pa.Field(isin=tuple(GAP_CLASSES), description="What the silence was.")

    @pa.dataframe_check(error="start < end")
    def lasts(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """A gap has a length."""
        return frame["start"] < frame["end"]

    class Config:
        """Refuse undeclared columns."""

        strict = True


class CandleAsks(pa.DataFrameModel):
    """What was asked for and did not come: when, how often; times are the exchange's own."""

    start: Series[Time] = pa.Field(unique=True, description="Open time of the first absent bar.")
    end: Series[Time] = pa.Field(description="When the last absent bar closed.")
    first_seen: Series[Time] = pa.Field(description="When it was asked for and did not come.")
    last_asked: Series[Time] = pa.Field(description="When it was asked for last by the schedule.")
    times_asked: Series[np.int64] = pa.Field(ge=1, description="How often by the schedule.")
    came_back: Series[str] = pa.Field(isin=CAME_BACK, description="What was served instead.")

    @pa.dataframe_check(error="start < end")
    def lasts(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """A stretch has a length."""
        return frame["start"] < frame["end"]

    class Config:
        """Refuse undeclared columns."""

        strict = True


class CandleQuarantine(pa.DataFrameModel):
    """Rows that were not accepted as candles, and candles that were revised later."""

    open_time: Series[Time] = pa.Field(
        nullable=True, description="The time that the row names; null where it names none."
    )
    reason: Series[str] = pa.Field(
        str_length={"min_value": 1, "max_value": 40},
        description="See domain/candles/judging.py; superseded: an older value of a stored bar.",
    )
    raw: Series[str] = pa.Field(
        str_length={"max_value": MAX_RAW_LENGTH}, description="The row as JSON text."
    )

    class Config:
        """Refuse undeclared columns."""

        strict = True


CANDLES = Table("candles", Candles.to_schema(), grows=True)
CANDLE_GAPS = Table("candle_gaps", CandleGaps.to_schema(), key=("start",))
CANDLE_ASKS = Table("candle_asks", CandleAsks.to_schema(), key=("start",))
# A row may name no time, and one bar may have several bad rows: what it says tells rows apart.
CANDLE_QUARANTINE = Table("candle_quarantine", CandleQuarantine.to_schema(), key=("reason", "raw"))
