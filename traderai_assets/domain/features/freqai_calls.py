"""Calls of FreqAI's functions: the frame that they are given, and the columns they make of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, milliseconds
from traderai_assets.domain.errors import InvalidFeature
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.markets import BARS

# dataframe, [period,] metadata -> dataframe; as a method it is bound to its strategy already
Function = Callable[..., pd.DataFrame]

_SIGN = "%"
_TIMEFRAMES = {milliseconds(bar): name for name, bar in BARS.items()}


class _Metadata(dict[str, Any]):
    """What FreqAI tells a function besides its frame; a feature is of no market."""

    def __missing__(self, name: str) -> NoReturn:
        raise InvalidFeature(
            f"a feature function asks for metadata[{name!r}]; here it has 'tf' alone: a feature is "
            "the same function of every market's bars"
        )


@dataclass(frozen=True)
class FunctionCall:
    """One call of a function: of one period, or of none."""

    function: Function
    suffix: str
    shifted: bool
    period: int | None = None

    def columns(self, bars: Bars) -> dict[str, FloatArray]:
        """Return each feature's values, by the name that FreqAI would give it."""
        arguments: dict[str, Any] = {"metadata": _Metadata(tf=_TIMEFRAMES.get(bars.bar_ms, ""))}
        if self.period is not None:
            arguments["period"] = self.period
        frame = self._made(_frame_of(bars), arguments)
        if not isinstance(frame, pd.DataFrame) or len(frame) != len(bars):
            told = f"{len(frame)} rows" if isinstance(frame, pd.DataFrame) else repr(frame)[:40]
            raise InvalidFeature(
                f"{name_of(self.function)} returned {told} for {len(bars)} bars; it must return "
                "the dataframe that it was given, with columns added and no row dropped"
            )
        names = [str(name) for name in frame.columns if str(name).startswith(_SIGN)]
        return {f"{name}{self.suffix}": _floats(frame[name], self.function) for name in names}

    def _made(self, frame: pd.DataFrame, arguments: Mapping[str, Any]) -> object:
        try:
            return self.function(frame, **arguments)
        except InvalidFeature:
            raise
        except Exception as error:
            raise InvalidFeature(
                f"{name_of(self.function)} failed on {len(frame)} bars with the columns date, "
                f"open, high, low, close, volume: {type(error).__name__}: {error}"
            ) from error


@dataclass(frozen=True)
class FeatureFunctions:
    """All calls of one strategy's functions; what they make of the same bars is made once."""

    calls: Sequence[FunctionCall]
    shifted_candles: int

    def values(self, bars: Bars) -> Mapping[str, FloatArray]:
        """Return the values of every feature, by FreqAI's name."""
        return bars.kept(f"freqai {id(self)}", partial(self._computed, bars))

    def value(self, bars: Bars, *, name: str) -> FloatArray:
        """Return the values of one feature."""
        return self.values(bars)[name]

    def _computed(self, bars: Bars) -> dict[str, FloatArray]:
        found: dict[str, FloatArray] = {}
        for call in self.calls:
            columns = call.columns(bars)
            found |= columns
            for rows in range(1, self.shifted_candles + 1 if call.shifted else 1):
                for name, values in columns.items():
                    found[f"{name}_shift-{rows}"] = _shifted(values, rows)
        return found


def _frame_of(bars: Bars) -> pd.DataFrame:
    columns = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")}
    date = pd.to_datetime(bars.open_ms, unit="ms", utc=True)
    return pd.DataFrame({"date": date, **columns, "volume": bars.volume.copy()})


def _shifted(values: FloatArray, rows: int) -> FloatArray:
    shifted = np.full(len(values), np.nan)
    shifted[rows:] = values[: max(len(values) - rows, 0)]
    return shifted


def _floats(column: "pd.Series[Any]", function: Function) -> FloatArray:
    try:
        return np.ascontiguousarray(column.to_numpy(np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise InvalidFeature(
            f"{name_of(function)} makes a column {column.name!r} of {column.dtype}; a feature is a "
            "number for each bar"
        ) from error


def name_of(function: Function) -> str:
    """Name a function as its source does."""
    return f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', function)}"
