"""Rules on what is measured: record days, drift and snapshots, each of the model that was due."""

from collections.abc import Iterator

import pandas as pd

from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.months import Month
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS


def repeated_days(days: pd.DataFrame, month: Month) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield days of a record that are told twice, out of order, or before they were over.

    Parameters
    ----------
    days : DataFrame
        Of one market and month, with all revisions.
    """
    for _, rows in days.groupby(["strategy_id", "day"], sort=True):
        day: pd.Timestamp = rows["day"].iloc[0]
        revisions = sorted(rows["revision"])
        if revisions != list(range(1, len(revisions) + 1)):
            yield day, f"its revisions are {revisions}"
        if not month.start <= day < month.end:
            yield day, f"it does not lie in {month.key}"
        if day != day.floor("D"):
            yield day, "it does not begin at midnight"
        early = rows[rows["recorded_at"] < day + pd.Timedelta(days=1)]
        for moment in early["recorded_at"]:
            yield day, f"it was recorded at {moment}, before it was over"


def foreign_windows(
    metrics: pd.DataFrame, history: pd.DataFrame, strategy: str
) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield windows of drift whose model was not the champion when they ended."""
    periods = champion_periods(history, strategy)
    for end, model_id in (
        metrics[["window_end", "model_id"]].drop_duplicates().itertuples(index=False)
    ):
        # A model that is chosen at a bar's close is measured from then on
        if not any(p.model_id == model_id and p.since <= end <= p.until for p in periods):
            yield end, f"{model_id} was measured, and was not the champion of {strategy}"


def of_late_models(
    snapshots: pd.DataFrame, models: pd.DataFrame, month: Month
) -> Iterator[tuple[str, str]]:
    """Yield models of snapshots that are not stored for the month, or had seen some of it."""
    known = models.set_index("model_id")["trained_until"]
    for model_id in snapshots["model_id"].unique():
        if model_id not in known.index:
            yield model_id, f"it is no model of {month.key}"
        elif known[model_id] > pd.Timestamp(month.start):
            yield model_id, f"it learned until {known[model_id]}, after {month.key} had begun"


def _days(evidence: Evidence) -> Iterator[Violation]:
    for strategy in evidence.strategies:
        path = evidence.tables(strategy).path(RECORD_DAYS)
        for market, month, rows in evidence.parts(RECORD_DAYS, strategy):
            for day, wrong in repeated_days(rows, Month.parse(month)):
                yield Violation(f"{path}: {wrong}", market, month, f"{day:%Y-%m-%d}")


def _windows(evidence: Evidence) -> Iterator[Violation]:
    for strategy in evidence.strategies:
        path = evidence.tables(strategy).path(DRIFT_METRICS)
        for market, month, rows in evidence.parts(DRIFT_METRICS, strategy):
            history = evidence.champions(market)
            for end, wrong in foreign_windows(rows, history, strategy.name):
                yield Violation(f"{path}: {wrong}", market, month, str(end))


def _snapshots(evidence: Evidence) -> Iterator[Violation]:
    for strategy in evidence.strategies:
        path = evidence.tables(strategy).path(SIGNAL_SNAPSHOTS)
        for market, month, rows in evidence.parts(SIGNAL_SNAPSHOTS, strategy):
            models = evidence.read(MODELS, market, [month], strategy)
            for model_id, wrong in of_late_models(rows, models, Month.parse(month)):
                yield Violation(f"{path}: {wrong}", market, month, model_id)


RULES = (
    Rule(
        "record-days-once",
        "A record has each day once, revisions counted from 1, none before the day was over.",
        ("record",),
        _days,
    ),
    Rule(
        "drift-of-champions",
        "Drift is measured of the model that was the champion when its window ended.",
        ("drift_metrics", "champions"),
        _windows,
    ),
    Rule(
        "snapshots-unseen",
        "Snapshots of a month are of its own model, which had seen nothing of it.",
        ("signal_snapshots", "models"),
        _snapshots,
    ),
)
