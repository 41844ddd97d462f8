"""What refers to a model: rows of any table that names it, and runs that work with it now."""

from collections import Counter
from collections.abc import Iterable
from functools import partial

import dagster as dg

from resources.lake.remembered import Remembered
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.markets import Market
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.model_deletions import MODEL_DELETIONS
from traderai_assets.schemas.model_notes import MODEL_NOTES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings
from traderai_assets.strategies import tables_of

_NAMING = ("model_id", "previous_model_id", "challenger_id")
# What is the model's own and goes with it, or is kept to tell of it
_OWN = {table.name for table in (MODELS, BACKTEST_METRICS, MODEL_NOTES, MODEL_DELETIONS)}
# Who writes one of these has read models, or will
_WORKS_WITH_MODELS = frozenset(
    {"models", "backtests", "record", "champions", "signals", "signal_snapshots", "drift_metrics"}
)
_NOT_BEGUN = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)
_counted: Remembered[Counter[str]] = Remembered(20_000)

References = dict[str, dict[str, int]]


def referring_tables(settings: Settings, lake: LakeResource) -> list[Table]:
    """Return every table that names models and is audit of them, where it lies."""
    names = {
        table.name
        for table in TABLES
        if table.name not in _OWN and not set(_NAMING).isdisjoint(table.dtypes)
    }
    return [table for table in tables_of(settings, lake.remembered()) if table.name in names]


def references(settings: Settings, lake: LakeResource, market: Market) -> References:
    """Count the rows that name a model of a market: model -> path of the table -> rows."""
    found: References = {}
    for table in referring_tables(settings, lake):
        snapshot = lake.snapshot(table)
        for model_id, rows in _of_market(snapshot, market).items():
            found.setdefault(model_id, {})[table.path] = rows
    return found


def referred(found: References, model_id: str) -> str:
    """Say what refers to a model and how many rows, for people; "" where nothing does."""
    tables = found.get(model_id, {})
    return ", ".join(f"{path} ({rows} rows)" for path, rows in sorted(tables.items()))


def runs_with_models(
    instance: dg.DagsterInstance, markets: Iterable[str], *, but: str
) -> list[dg.DagsterRun]:
    """Return the runs at work that have read models of these markets, or will.

    Runs that wait in the queue are none of them: they read what there is when they begin.

    Parameters
    ----------
    instance : DagsterInstance
    markets : iterable of str
        Their keys.
    but : str
        Id of the run that asks.
    """
    from traderai_assets.instance.run_coordinator import markets_of
    from traderai_assets.instance.run_states import unfinished
    from traderai_assets.instance.strategy_writers import selected

    asked = set(markets)
    found = []
    for record in unfinished(instance):
        run = record.dagster_run
        kinds = {asset.rpartition("/")[2] for asset in selected(run)}
        for_markets = set(markets_of(run))
        if (
            run.run_id != but
            and run.status not in _NOT_BEGUN
            and kinds & _WORKS_WITH_MODELS
            and (not for_markets or for_markets & asked)
        ):
            found.append(run)
    return found


def named_runs(runs: Iterable[dg.DagsterRun]) -> str:
    """Say which runs are at work and how each is ended, for people."""
    told = list(runs)
    names = ", ".join(f"{run.job_name} {run.run_id[:8]}" for run in told)
    ways = " and ".join(f'"traderai runs cancel {run.run_id[:8]}"' for run in told)
    return f"{names}: end that with {ways}, or wait for it, and do it again"


def _of_market(snapshot: LakeSnapshot, market: Market) -> Counter[str]:
    total: Counter[str] = Counter()
    for month in snapshot.months(market):
        version = snapshot.table.path, market.key, month, snapshot.content_hash(market, month)
        total += _counted.of(version, partial(_of_month, snapshot, market, month))
    return total


def _of_month(snapshot: LakeSnapshot, market: Market, month: str) -> Counter[str]:
    rows = snapshot.read(market, [month])
    names = [rows[name].dropna() for name in _NAMING if name in rows]
    found: Counter[str] = Counter()
    for named in names:
        found += Counter({str(one): int(count) for one, count in named.value_counts().items()})
    return found
