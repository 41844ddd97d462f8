"""Rules on what is made of candles: features and labels are those of the stored ones, or stale."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd

from traderai_assets.audit.evidence import Evidence, market_of
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.domain.candles.crossings import content_hash_of
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.ingest.known_until import known_until
from traderai_assets.lineage.origins import Origin
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.tables import Table


def other_bars(features: pd.DataFrame, candles: pd.DataFrame) -> list[tuple[pd.Timestamp, str]]:
    """Return the bars that have features and no candle, or a candle and no features."""
    ours, theirs = set(features["open_time"]), set(candles["open_time"])
    return sorted(
        [(one, "has features and no candle") for one in ours - theirs]
        + [(one, "has a candle and no features") for one in theirs - ours]
    )


def unknown_futures(
    labels: pd.DataFrame, month: Month, bar: timedelta, horizon_bars: int, known: datetime
) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield labels whose outcome could not be known, or not in their month.

    Parameters
    ----------
    labels : DataFrame
        Of the partition of `month`.
    known : datetime
        Close of the last candle that is stored.
    """
    opened, ended = labels["open_time"], labels["label_end"]
    reasons = {
        f"ends after {known:%Y-%m-%dT%H:%M} UTC, the last bar's close": ended > known,
        f"did not become known in {month.key}": (ended <= month.start) | (ended > month.end),
        "is known before its entry's bar closed": ended < opened + 2 * bar,
        f"ends later than {1 + 2 * horizon_bars} bars after its own": ended
        > opened + (2 + 2 * horizon_bars) * bar,
    }
    for reason, wrong in reasons.items():
        for moment in opened[wrong]:
            yield moment, reason


def _is_of_stored(evidence: Evidence, origin: Origin, market: str) -> bool:
    """Whether it was made of the candles that are stored now; else it is told to be stale."""
    noted = origin.inputs.get(CANDLES.name, {})
    stored = evidence.snapshot(CANDLES)
    return all(content_hash_of(one) == stored.content_hash(market, m) for m, one in noted.items())


def _derived(evidence: Evidence) -> Iterator[tuple[Strategy, Table, str, str, Origin]]:
    for number, strategy in enumerate(evidence.strategies):
        for table in (LABELS,) if number else (FEATURES, LABELS):
            snapshot, origins = evidence.snapshot(table, strategy), evidence.origins(strategy)
            for market in snapshot.markets():
                months = snapshot.months(market)
                for month, origin in origins.all_of(table, market, months).items():
                    yield strategy, table, market, month, origin


def _provenance(evidence: Evidence) -> Iterator[Violation]:
    for strategy, table, market, month, origin in _derived(evidence):
        if not origin.inputs.get(CANDLES.name):
            path = evidence.tables(strategy).path(table)
            yield Violation(f"{path}: nobody noted the candles it was made of", market, month)


def _features(evidence: Evidence) -> Iterator[Violation]:
    for strategy, table, market, month, origin in _derived(evidence):
        if table is FEATURES and _is_of_stored(evidence, origin, market):
            rows = evidence.read(FEATURES, market, [month], strategy)
            for moment, reason in other_bars(rows, evidence.read(CANDLES, market, [month])):
                yield Violation(f"the bar {reason}", market, month, str(moment))


def _labels(evidence: Evidence) -> Iterator[Violation]:
    for strategy in evidence.strategies:
        horizon = evidence.settings.of(strategy.name).training.horizon_bars
        path = evidence.tables(strategy).path(LABELS)
        for market, month, rows in evidence.parts(LABELS, strategy):
            one = market_of(market)
            known = known_until(evidence.snapshot(CANDLES), evidence.snapshot(CANDLE_GAPS), one)
            if known is None:
                yield Violation(f"{path}: labels of a market without candles", market, month)
                continue
            found = unknown_futures(rows, Month.parse(month), one.bar, horizon, known)
            for moment, reason in found:
                yield Violation(f"{path}: the label {reason}", market, month, str(moment))


RULES = (
    Rule(
        "features-of-candles",
        "Features exist for exactly the bars that have candles, or their month is told stale.",
        ("features", "candles", "events"),
        _features,
    ),
    Rule(
        "provenance-noted",
        "Of every month of features and labels it is noted which candles it was made of.",
        ("features", "labels", "events"),
        _provenance,
    ),
    Rule(
        "labels-known",
        "A label stands where its outcome became known, and none before it could be.",
        ("labels", "candles"),
        _labels,
    ),
)
