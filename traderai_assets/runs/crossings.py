"""Crossings as they are stored: which gaps learning may not cross, and what people decided."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.candles.crossings import (
    candles_version,
    crossings_text,
    month_crossings,
    read_crossings,
)
from traderai_assets.domain.candles.price_steps import MEMORY_BARS
from traderai_assets.domain.candles.segments import (
    Crossings,
    mark_segments,
    segment_starts,
    undecided_steps,
)
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.errors import DegenerateData, NotEnoughData, TrainingError
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_back
from traderai_assets.domain.spans.look_back import LookBack

_CUTS_SHOWN = 5
Read = Callable[[LakeSnapshot, Market | str, Sequence[Month | str | None]], pd.DataFrame]


class StoredCrossings:
    """What is known beside the rows of candles, at one moment of three tables."""

    def __init__(
        self,
        candles: LakeSnapshot,
        gaps: LakeSnapshot,
        decisions: LakeSnapshot,
        known: dict[tuple[object, ...], str] | None = None,
        read: Read = LakeSnapshot.read,
    ) -> None:
        self._candles = candles
        self._gaps = gaps
        self._decisions = decisions
        self._texts: dict[tuple[Market, Month], str] = {}
        # What others of the same run have worked out, by the versions it was made of
        self._known = known if known is not None else {}
        self._read_rows = read

    def text(self, market: Market, month: Month) -> str:
        """Return the crossings of a month in writing; empty for an ordinary one."""
        if (market, month) not in self._texts:  # Each is read by as many months as look back on it
            self._texts[market, month] = self._text(market, month)
        return self._texts[market, month]

    def _text(self, market: Market, month: Month) -> str:
        versions = [one.content_hash(market, month) for one in (self._gaps, self._decisions)]
        if set(versions) == {EMPTY_HASH}:
            return ""
        last = self._candles.summary(market.key, month.key).last
        key = (market, month, last, *versions)
        if key not in self._known:
            self._known[key] = self._written(market, month, last)
        return self._known[key]

    def _written(self, market: Market, month: Month, last: datetime | None) -> str:
        gaps, decisions = (
            self._read_rows(one, market, [month]) for one in (self._gaps, self._decisions)
        )
        return crossings_text(month_crossings(gaps, decisions, month=month, last=last))

    def version(self, market: Market, month: Month) -> str:
        """Name a month's candles together with their crossings."""
        stored = self._candles.content_hash(market.key, month.key)
        return candles_version(stored, self.text(market, month))

    def marked(self, market: Market, months: list[Month]) -> pd.DataFrame:
        """Return the candles of these months as learning may use them."""
        return mark_segments(*self._read(market, months))

    def steps(self, market: Market, month: Month) -> pd.DataFrame:
        """Return the price steps of a month that nobody has decided on (`undecided_steps`)."""
        steps = undecided_steps(
            *self._read(market, [*month.before(months_back(market.bar, MEMORY_BARS)), month])
        )
        inside = (steps["open_time"] >= month.start) & (steps["open_time"] < month.end)
        return steps[inside].reset_index(drop=True)

    def _read(self, market: Market, months: list[Month]) -> tuple[pd.DataFrame, Crossings]:
        candles = self._candles.read(market.key, [month.key for month in months])
        return candles, read_crossings(self.text(market, month) for month in months)


def steps_command(market: str, steps: pd.DataFrame) -> str:
    """Say what to type about the first of some undecided steps."""
    first = steps.iloc[0]
    return (
        f'"traderai candles confirm {market} {first["open_time"]:%Y-%m-%dT%H:%M} --real" where it '
        f'was traded, or "--ratio {first["near"] or format(first["ratio"], ".4g")}" where the unit '
        f'of prices changed; "traderai candles steps {market}" lists them'
    )


def with_cuts_told(
    error: TrainingError, crossings: StoredCrossings, market: Market, window: LookBack | Refusal
) -> TrainingError:
    """Say also what keeps rows of the look-back apart, where too few of them are left."""
    if not isinstance(error, NotEnoughData | DegenerateData) or isinstance(window, Refusal):
        return error
    steps = [crossings.steps(market, month) for month in window.months]
    gaps = sum(len(read_crossings([crossings.text(market, m)]).barred) for m in window.months)
    found = [one for one in steps if len(one)]
    told = [f"it holds {gaps} gaps that learning may not cross"] if gaps else []
    if found:
        number = sum(map(len, found))
        told.append(
            f"{number} of its bars have prices that nobody can have traded to, and the "
            f"bars after them are not learned from until somebody decides: type "
            + steps_command(market.key, found[0])
        )
    return type(error)("; ".join([str(error), *told])) if told else error


def kept_apart(candles: pd.DataFrame, silent: int) -> dict[str, Any]:
    """Tell on an asset's page where its windows may not pass; nothing for an ordinary month."""
    starts = segment_starts(candles)
    if not len(starts):
        return {}
    times = candles["open_time"].iloc[starts].head(_CUTS_SHOWN)
    return {
        "cuts": len(starts),
        "first_cuts": ", ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in times),
        "bars_without_features": silent,
    }
