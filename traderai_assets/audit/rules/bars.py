"""Rules on bars: each stands in one place, on the grid, in the past; none is unaccounted for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd

from traderai_assets.audit.evidence import Evidence, market_of
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.domain.arrays import milliseconds, milliseconds_of
from traderai_assets.domain.candles.coverage import bar_coverage
from traderai_assets.domain.candles.frames import moment_of
from traderai_assets.domain.candles.gap_classes import NO_TRADE
from traderai_assets.domain.months import Month
from traderai_assets.ingest.known_until import known_until
from traderai_assets.schemas.candle_imports import CANDLE_IMPORTS
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS

_BY_BAR = (CANDLES, FEATURES, PREDICTIONS, SIGNALS)


def misplaced(
    opened: "pd.Series[pd.Timestamp]", month: Month, bar: timedelta, until: datetime
) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield the open times that stand twice, off the grid, in another month, or in the future.

    Parameters
    ----------
    opened : Series
        Of the rows of one partition.
    month : Month
        The partition's.
    bar : timedelta
    until : datetime
        By when a bar must have closed.
    """
    off = (milliseconds_of(opened) % milliseconds(bar)) != 0
    reasons = {
        "stands twice": opened.duplicated(),
        f"is no open of a bar of {bar}": off,
        f"does not lie in {month.key}": (opened < month.start) | (opened >= month.end),
        f"closes after {until:%Y-%m-%dT%H:%M:%S} UTC, by when all must have": opened + bar > until,
    }
    for reason, wrong in reasons.items():
        for moment in opened[wrong]:
            yield moment, reason


def unaccounted(
    candles: pd.DataFrame,
    gaps: pd.DataFrame,
    asks: pd.DataFrame,
    *,
    start: datetime,
    until: datetime,
    bar: timedelta,
) -> list[pd.Timestamp]:
    """Return the bars of [start, until) that are no candle, in no known gap, and not asked for.

    Parameters
    ----------
    candles, gaps, asks : DataFrame
        As they are stored.
    """
    coverage = bar_coverage(candles, gaps, start=start, end=until, bar=bar)
    missing = [moment_of(int(one)) for one in coverage.open_ms[coverage.missing]]
    asked = list(zip(asks["start"], asks["end"], strict=True))
    return [
        pd.Timestamp(one) for one in missing if not any(first <= one < end for first, end in asked)
    ]


def _places(evidence: Evidence) -> Iterator[Violation]:
    for table in _BY_BAR:
        owners = evidence.strategies if table.of_strategy else (None,)
        for strategy in owners:
            path = evidence.tables(strategy).path(table)
            for market, month, rows in evidence.parts(table, strategy):
                bar = market_of(market).bar
                found = misplaced(rows["open_time"], Month.parse(month), bar, evidence.now)
                for moment, reason in found:
                    yield Violation(f"{path}: the bar {reason}", market, month, str(moment))


def _accounted(evidence: Evidence) -> Iterator[Violation]:
    candles, gaps = evidence.snapshot(CANDLES), evidence.snapshot(CANDLE_GAPS)
    for key in candles.markets():
        market, months = market_of(key), candles.months(key)
        first = candles.summary(key, months[0]).first
        until = known_until(candles, gaps, market)
        if first is None or until is None:
            continue
        for month in (Month.parse(one) for one in months):
            start, end = max(first, month.start), min(until, month.end)
            rows, absent, asks, files = (
                evidence.read(table, key, [month.key])
                for table in (CANDLES, CANDLE_GAPS, CANDLE_ASKS, CANDLE_IMPORTS)
            )
            if len(files):  # What a file lacked is told by its gap: nobody has asked for it yet
                absent = absent.assign(kind=NO_TRADE.name)
            for one in unaccounted(rows, absent, asks, start=start, until=end, bar=market.bar):
                yield Violation(
                    "no candle, no gap and no ask tells of the bar", key, month.key, str(one)
                )


RULES = (
    Rule(
        "bars-in-place",
        "No bar stands in two places, off its grid, in another month or in the future.",
        tuple(table.name for table in _BY_BAR),
        _places,
    ),
    Rule(
        "bars-accounted",
        "Candles, gaps and asks account for every bar from the first to the last known.",
        ("candles", "candle_gaps", "candle_asks", "candle_imports"),
        _accounted,
    ),
)
