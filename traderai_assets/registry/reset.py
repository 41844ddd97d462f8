"""Reset: everything that is stored, or a part of it, begins anew; audit goes with it.

What refers goes before what is referred to, table by table, and each table goes whole: whoever is
killed in between leaves nothing that refers to what is gone, and does the same again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from resources.lake.beginning_anew import begin_anew, lies_there
from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import InvalidInput, LakeError
from traderai_assets.domain.markets import Market
from traderai_assets.registry.desk import CODE_VERSION, Desk
from traderai_assets.registry.references import referring_tables
from traderai_assets.schemas.backtests import BACKTEST_EQUITY, BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.model_deletions import MODEL_DELETIONS
from traderai_assets.schemas.model_notes import MODEL_NOTES
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS, VETOES
from traderai_assets.strategies import strategies_of, tables_of

# Part -> its tables; what refers stands before what is referred to, here as among the parts
PARTS: dict[str, tuple[Table, ...]] = {
    "signals": (SIGNAL_OUTCOMES, SIGNALS, PREDICTIONS),
    "snapshots": (SIGNAL_SNAPSHOTS,),
    "drift": (DRIFT_METRICS,),
    "performance": (VETOES, VERDICTS, STATE_CHANGES, LOOKS, RECORD_DAYS),
    "registry": (
        CHAMPIONS,
        BACKTEST_METRICS,
        BACKTEST_EQUITY,
        BACKTEST_TRADES,
        OUT_OF_SAMPLE,
        MODELS,
        MODEL_NOTES,
        MODEL_DELETIONS,
    ),
}
JOBS_PART, TABLES_PART, EVERYTHING = "jobs", "tables", "everything"
ALL_PARTS = (*PARTS, TABLES_PART, JOBS_PART)
_ORDER = [table.name for tables in PARTS.values() for table in tables]


@dataclass(frozen=True)
class Going:
    """What would go of one table, or of the runs.

    Attributes
    ----------
    what : str
    rows, files, size : int or None
        Size in bytes. None where it is not known, or stays until the upkeep of tables.
    """

    what: str
    rows: int | None
    files: int | None
    size: int | None


def tables_going(desk: Desk, parts: Iterable[str]) -> list[Table]:
    """Return the tables of the parts where they lie, in the order in which they go."""
    asked = set(parts)
    names = {table.name for part in asked & PARTS.keys() for table in PARTS[part]}
    found = [
        table
        for table in tables_of(desk.settings, desk.lake.remembered())
        if TABLES_PART in asked or table.name in names
    ]
    return sorted(found, key=lambda table: (_place_in_order(table), table.path))


def what_goes(desk: Desk, parts: Sequence[str], market: Market | None) -> list[Going]:
    """Return what a reset would delete, without deleting anything."""
    found = [_going(desk.lake, table, market) for table in tables_going(desk, parts)]
    if JOBS_PART in parts:
        from traderai_assets.instance.old_runs import ENDED

        runs = desk.instance.get_runs_count(dg.RunsFilter(statuses=list(ENDED)))
        found.append(Going("runs that have ended, with their logs", runs, None, None))
    return found


def refuse_reset(desk: Desk, parts: Sequence[str], market: Market | None) -> None:
    """Raise InvalidInput where a part cannot go by itself, or runs are at work."""
    if market is not None and JOBS_PART in parts:
        raise InvalidInput("runs are not kept by market; leave --jobs out, or --market")
    from traderai_assets.instance.run_coordinator import markets_of
    from traderai_assets.instance.run_states import unfinished
    from traderai_assets.registry.references import named_runs

    runs = [record.dagster_run for record in unfinished(desk.instance)]
    if market is not None:
        runs = [run for run in runs if not markets_of(run) or market.key in markets_of(run)]
    if runs:
        raise InvalidInput(f"nothing is reset while runs use it: {named_runs(runs)}")
    going = {table.path for table in tables_going(desk, parts)}
    if MODELS.path not in {path.rpartition("/")[2] for path in going}:
        return
    left = [
        f"{table.path} ({rows} rows)"
        for table in referring_tables(desk.settings, desk.lake)
        if table.path not in going and (rows := _rows(desk.lake, table, market))
    ]
    if left:
        raise InvalidInput(
            f"models cannot go while these refer to them: {', '.join(left)}; reset "
            "--signals --snapshots --drift --performance with --registry, or --tables"
        )


def reset(desk: Desk, parts: Sequence[str], market: Market | None) -> None:
    """Delete what `what_goes` names.

    Raises
    ------
    InvalidInput
        As `refuse_reset`; nothing was deleted.
    LakeError
        If a table could not be deleted; those before it are gone, do it again.
    """
    refuse_reset(desk, parts, market)
    for table in tables_going(desk, parts):
        if market is None:
            begin_anew(desk.lake.place(table))
        elif table.by_market:
            snapshot = desk.lake.snapshot(table)
            empty = {(market.key, month): table.empty() for month in snapshot.months(market)}
            if empty:
                snapshot.publish(empty, run_id=desk.run_id, code_version=CODE_VERSION)
    if {"registry", TABLES_PART} & set(parts):
        for strategy in strategies_of(desk.settings):
            desk.studies.of(strategy).forget(None if market is None else market.key)
    if JOBS_PART in parts:
        from traderai_assets.instance.old_runs import delete_every_run

        delete_every_run(
            desk.instance,
            before=datetime.now(UTC),
            # Where tables stay, what is latest of their partitions says what they are made of
            with_latest=TABLES_PART in parts,
        )


def _going(lake: LakeResource, table: Table, market: Market | None) -> Going:
    stored = lies_there(lake.place(table)) if market is None else None
    try:
        rows = _rows(lake, table, market)
    except LakeError:  # It goes all the same, being the way out of that
        rows = None
    return Going(
        table.path, rows, stored.files if stored else None, stored.size if stored else None
    )


def _rows(lake: LakeResource, table: Table, market: Market | None) -> int:
    snapshot = lake.snapshot(table)
    keys = snapshot.partitions()
    return sum(
        snapshot.summary(key.market, key.month).rows
        for key in keys
        if market is None or key.market == market.key
    )


def _place_in_order(table: Table) -> int:
    """What no part names goes last: candles and what is made of them alone, and strategies."""
    return _ORDER.index(table.name) if table.name in _ORDER else len(_ORDER)
