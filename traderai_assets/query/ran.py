"""Relations of what ran, under the names that the earlier system had for them.

Told by Dagster's instance, on SQLite and on PostgreSQL alike.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from traderai_assets.domain.errors import InvalidMarket
from traderai_assets.domain.markets import Market
from traderai_assets.domain.progress_line import ProgressLine
from traderai_assets.domain.run_tags import tag_of
from traderai_assets.partitions import partition_named, split_partition_key
from traderai_assets.query.relation import Column, Relation, framed
from traderai_assets.work_classes import (
    BACKFILL,
    CLASS_TAG,
    EXCHANGE_TAG,
    LIVE_JOB,
    MARKET_TAG,
    MARKETS_TAG,
    SIGNALS_GENERATE,
    STRATEGY_TAG,
    TRAINING,
)

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun, RunRecord

STATES = {
    "NOT_STARTED": "pending",
    "QUEUED": "pending",
    "SUSPENDED": "pending",
    "MANAGED": "running",
    "STARTING": "running",
    "STARTED": "running",
    "CANCELING": "running",
    "SUCCESS": "completed",
    "FAILURE": "failed",
    "CANCELED": "cancelled",
}
_OF_TRAINING = {"tags": {CLASS_TAG: TRAINING.name}}
_OF_SIGNALS = ({"tags": {CLASS_TAG: SIGNALS_GENERATE.name}}, {"job_name": LIVE_JOB})
_RUNS = (
    Column("job_id", "str", "Id of the run."),
    Column("job", "str", "The job, or the assets that were asked for alone."),
    Column("market", "str", "Key of the market; null where a run is for many."),
    Column("exchange", "str", "Its exchange."),
    Column("symbol", "str", "Its symbol, as ccxt calls it; null with the market."),
    Column("timeframe", "str", "Length of its bars; null with the market."),
    Column("markets", "int64", "How many markets the run is for."),
    Column("month", "str", "The first month that it is for, where it is for months."),
    Column("strategy", "str", "Strategies it works for, where they have names."),
    Column("status", "str", "pending, running, completed, failed or cancelled."),
    Column("created_at", "timestamp", "When it was asked for."),
    Column("started_at", "timestamp", "When its process began; null while it waits."),
    Column("ended_at", "timestamp", "When it ended; null before."),
    Column("seconds", "float64", "From its beginning to its end, in seconds."),
    Column("progress_pct", "float64", "How far it is, 0 to 100; null where that is not told."),
)
_FOLDS = (
    Column("phase", "str", "What the training is at: search, fit, ..."),
    Column("current_fold", "int64", "Fold it is at, counted from 1; null before its first report."),
    Column("total_folds", "int64", "Folds there are."),
    Column("trial", "int64", "Trial of the search it is at."),
    Column("total_trials", "int64", "Trials there are."),
    Column("best", "float64", "The best trial's value so far."),
    Column("error", "str", "Why it failed, where the training itself said so."),
)


def run_relations(instance: "Callable[[], DagsterInstance]") -> dict[str, Relation]:
    """Return training_jobs, signal_generation_jobs and backfill_jobs, read when asked for.

    Parameters
    ----------
    instance : callable
        Opens Dagster's instance, or returns the one that is open.
    """
    return {
        "training_jobs": Relation(
            "training_jobs",
            "A run that trains models of one market, with its progress over the folds.",
            (*_RUNS, *_FOLDS),
            partial(_read, instance, (_OF_TRAINING,), (*_RUNS, *_FOLDS), folds=True),
        ),
        "signal_generation_jobs": Relation(
            "signal_generation_jobs",
            "A run that says what strategies say of closed bars: of one market, or live of many.",
            _RUNS,
            partial(_read, instance, _OF_SIGNALS, _RUNS),
        ),
        "backfill_jobs": Relation(
            "backfill_jobs",
            "A run that fetches candles of months gone by.",
            _RUNS,
            partial(_read, instance, ({"tags": {CLASS_TAG: BACKFILL.name}},), _RUNS),
        ),
    }


def _read(
    instance: "Callable[[], DagsterInstance]",
    filters: Sequence[Mapping[str, Any]],
    columns: tuple[Column, ...],
    *,
    folds: bool = False,
) -> pd.DataFrame:
    """Read the runs that any of the filters lets through, the oldest first.

    The database filters: of the live ticks of weeks there are tens of thousands.
    """
    from dagster import RunsFilter

    opened = instance()
    found = {
        record.dagster_run.run_id: record
        for some in filters
        for record in opened.get_run_records(RunsFilter(**some), ascending=True)
    }
    rows = []
    for record in sorted(found.values(), key=lambda one: one.storage_id):
        if not folds:
            rows.append(_row(record))
        elif _makes_models(record.dagster_run):
            row = _row(record)
            rows.append(row | _fold_row(opened, record.dagster_run, row))
    return framed(columns, rows)


def _makes_models(run: "DagsterRun") -> bool:
    asked = {key.path[-1] for key in run.asset_selection or ()}
    return "models" in asked if asked else run.job_name == "train"


def _row(record: "RunRecord") -> dict[str, object]:
    run = record.dagster_run
    market = tag_of(run.tags, MARKET_TAG) or None
    began, ended = record.start_time, record.end_time
    progress = ProgressLine.of_tags(run.tags)
    work = "+".join(sorted("/".join(key.path) for key in run.asset_selection or ()))
    return {
        "job_id": run.run_id,
        "job": work or run.job_name,
        **_market_row(market),
        "exchange": tag_of(run.tags, EXCHANGE_TAG),
        "markets": int(tag_of(run.tags, MARKETS_TAG) or bool(market)),
        "month": split_partition_key(partition_named(run.tags))[1] or None,
        "strategy": tag_of(run.tags, STRATEGY_TAG) or None,
        "status": STATES[run.status.value],
        "created_at": pd.Timestamp(record.create_timestamp),
        "started_at": _moment(began),
        "ended_at": _moment(ended),
        "seconds": None if began is None or ended is None else ended - began,
        "progress_pct": None if progress is None else progress.percent,
    }


def _market_row(key: str | None) -> dict[str, object]:
    try:
        market = Market.parse(key) if key else None
    except InvalidMarket:  # A run that somebody launched for what is none
        market = None
    return {
        "market": key,
        "symbol": market.symbol if market else None,
        "timeframe": market.timeframe if market else None,
    }


def _fold_row(
    instance: "DagsterInstance", run: "DagsterRun", row: dict[str, object]
) -> dict[str, object]:
    from traderai_assets.runs.progress_log import last_report

    report: dict[str, Any] | None = last_report(instance, run.run_id)
    if report is None:
        return {}
    own = {column.name: report.get(column.name) for column in _FOLDS}
    told = report.get("progress_pct")
    return own | {"progress_pct": row["progress_pct"] if told is None else told}


def _moment(seconds: float | None) -> pd.Timestamp | None:
    return None if seconds is None else pd.Timestamp(seconds, unit="s", tz="UTC")
