"""The contract of a month of candles: on the grid, in the month, every absent bar told of."""

from datetime import timedelta
from typing import NamedTuple

import pandas as pd

from traderai_assets.domain.candles.coverage import Span, spans_to_fetch
from traderai_assets.domain.candles.gaps import NO_TRADE
from traderai_assets.domain.months import Month


class BrokenContract(NamedTuple):
    """What breaks it.

    Attributes
    ----------
    off_grid, outside_month : int
        Rows that open at no bar's time, or in another month.
    unexplained : tuple of (datetime, datetime)
        Stretches without candles that no gap accounts for.
    """

    off_grid: int
    outside_month: int
    unexplained: tuple[Span, ...]

    @property
    def sentence(self) -> str:
        """All of it, for a person."""
        spans = ", ".join(f"{start} to {end}" for start, end in self.unexplained[:5])
        return (
            f"{self.off_grid} rows off the grid, {self.outside_month} outside of the month, "
            f"without candle or gap: {spans or 'nothing'}"
        )


def broken_contract(
    candles: pd.DataFrame, gaps: pd.DataFrame, *, month: Month, bar: timedelta
) -> BrokenContract | None:
    """Return what of a month's candles breaks the contract; None where nothing does.

    Parameters
    ----------
    candles : DataFrame
        Stored bars of the month, oldest first.
    gaps : DataFrame
        Of the month, whatever their class: that a row could not be had is a reason, too.
    month : Month
    bar : timedelta
    """
    if candles.empty:
        return None
    opened = candles["open_time"]
    off_grid = opened.dt.floor(pd.Timedelta(bar)) != opened
    outside = (opened < month.start) | (opened >= month.end)
    unexplained = spans_to_fetch(
        candles,
        gaps.assign(kind=NO_TRADE),
        start=month.start,
        end=opened.iloc[-1].to_pydatetime() + bar,
        bar=bar,
        revise_from=month.end,
    )
    if not (off_grid.any() or outside.any() or unexplained):
        return None
    return BrokenContract(int(off_grid.sum()), int(outside.sum()), tuple(unexplained))
