"""Replayed candles: a folder of Parquet files served as they are, value for value.

Files are named `exchange__BASE_QUOTE__timeframe.parquet` with the columns timestamp (candle open,
UTC), open, high, low, close, volume; those of Binance's spot market are served, others passed
over. A timeframe without a file of its own is gathered from the finest file that divides it.
Rows that are absent stay absent.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.markets import BARS
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.sandbox.feed import Bars, Listing, aggregate, bar_ms

EXCHANGE = "binance"
COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")


class ReplayFeed:
    """A feed of the Binance files in one folder, all read at once.

    Parameters
    ----------
    folder : Path
        Where the Parquet files lie.

    Raises
    ------
    InvalidSettings
        If the folder holds no file of Binance, or one whose rows are not in order.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listings: dict[str, Listing] = {}
        self._native: dict[str, dict[str, Bars]] = {}
        self._gathered: dict[tuple[str, str], Bars] = {}
        for path in sorted(folder.glob(f"{EXCHANGE}__*__*.parquet")):
            _, symbol, timeframe = path.stem.split("__")
            base, _, quote = symbol.partition("_")
            if timeframe in BARS and quote:
                listing = Listing(base, quote)
                self._listings[listing.market_id] = listing
                native = self._native.setdefault(listing.market_id, {})
                native[timeframe] = _read(path, timeframe)
        if not self._native:
            raise InvalidSettings(
                f"folder {folder} holds no candles to replay; expected files such as "
                f"{EXCHANGE}__BTC_USDT__5m.parquet"
            )

    @property
    def provenance(self) -> Mapping[str, object]:
        """That the candles are replayed."""
        return {"data": "replayed", "folder": self._folder.name}

    @property
    def listings(self) -> Mapping[str, Listing]:
        """Every market that has a file."""
        return self._listings

    def end(self, *symbols: str) -> datetime:
        """The end of the last candle that all files have: where a replay's clock stands.

        Parameters
        ----------
        symbols : str
            Only those files, such as BTC/USDT; all where none is named.

        Raises
        ------
        InvalidSettings
            If there is no file of a symbol.
        """
        wanted = [symbol.replace("/", "") for symbol in symbols] or list(self._native)
        absent = [symbol for symbol in wanted if symbol not in self._native]
        if absent:
            raise InvalidSettings(
                f"folder {self._folder} holds no candles of {', '.join(absent)}; it holds "
                f"{', '.join(self._native)}: name some of those as markets in traderai.toml"
            )
        ends = [
            int(bars.open_time[-1]) + bar_ms(timeframe)
            for symbol in wanted
            for timeframe, bars in self._native[symbol].items()
        ]
        return datetime.fromtimestamp(min(ends) / 1000, tz=UTC)

    def source(self, market_id: str, timeframe: str) -> str | None:
        """The file's own timeframe, else the finest one that divides it, else none."""
        native = self._native[market_id]
        length = bar_ms(timeframe)
        finer = sorted((bar_ms(name), name) for name in native if length % bar_ms(name) == 0)
        if timeframe in native or not finer:
            return timeframe if finer else None
        return finer[0][1]

    def first(self, market_id: str, timeframe: str) -> int:
        """Open time of the oldest bar."""
        return int(self._whole(market_id, timeframe).open_time[0])

    def bars(self, market_id: str, timeframe: str, first: int, last: int) -> Bars:
        """Whole bars that open in [first, last]."""
        return self._whole(market_id, timeframe).between(first, last)

    def _whole(self, market_id: str, timeframe: str) -> Bars:
        native = self._native[market_id]
        if timeframe in native:
            return native[timeframe]
        key = (market_id, timeframe)
        if key not in self._gathered:
            source = self.source(market_id, timeframe)
            if source is None:
                raise InvalidSettings(
                    f"{market_id} {timeframe} cannot be gathered from {', '.join(native)} files"
                )
            self._gathered[key] = aggregate(native[source], bar_ms(timeframe))
        return self._gathered[key]


def _read(path: Path, timeframe: str) -> Bars:
    """One file's candles, bits untouched."""
    try:
        frame = pd.read_parquet(path)
    except (ValueError, OSError) as error:  # Arrow's errors are either
        shown = plain_line(str(error).partition("\n")[0])
        raise InvalidSettings(
            f"{path} is no Parquet file that can be read: {shown}; take it out of the folder, or "
            "fetch it again"
        ) from error
    missing = [column for column in COLUMNS if column not in frame]
    if missing or frame.empty:
        raise InvalidSettings(
            f"{path.name} has {len(frame)} rows and lacks the columns {missing}; "
            f"expected {', '.join(COLUMNS)}"
        )
    stamps = frame["timestamp"].astype("datetime64[ms, UTC]").to_numpy(dtype="datetime64[ms]")
    open_time = stamps.astype(np.int64)
    if np.any(np.diff(open_time) <= 0) or np.any(open_time % bar_ms(timeframe)):
        raise InvalidSettings(
            f"{path.name}: timestamps must rise, without duplicates, on the {timeframe} grid"
        )
    values = (frame[column].to_numpy(dtype=np.float64) for column in COLUMNS[1:])
    return Bars(open_time, *values)
