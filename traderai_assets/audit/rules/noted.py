"""Rules on Dagster's instance: events say what is stored, runs ended, the queue kept its limits."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import dagster as dg

from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.rule import CannotJudgeError, Rule, Violation
from traderai_assets.domain.run_tags import named
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.instance.last_events import last_materializations
from traderai_assets.instance.process_identity import Liveness
from traderai_assets.instance.run_claims import FINISHED
from traderai_assets.instance.run_workers import answerable_for
from traderai_assets.partitions import partition_key, split_partition_key
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.strategies import asset_path
from traderai_assets.work_classes import (
    ALL_ASSETS,
    HOLDS_TAG,
    SHARED_ASSETS,
    TOTAL_SLOTS,
    WRITES_TAG,
)

_WAITS = frozenset({"QUEUED", "NOT_STARTED", "MANAGED"})


class Stretch(NamedTuple):
    """When a run was at work, in seconds since 1970, and which writers it holds alone."""

    run_id: str
    start: float
    end: float
    holds: frozenset[str]


def too_many(runs: Iterable[Stretch], slots: int = TOTAL_SLOTS) -> Iterator[tuple[str, str]]:
    """Yield the runs that began while all slots, or their own writer's place, were taken."""
    at_work: list[Stretch] = []
    for run in sorted(runs, key=lambda one: one.start):
        at_work = [one for one in at_work if one.end > run.start]
        if len(at_work) >= slots:
            yield run.run_id, f"it began beside {len(at_work)} others; there are {slots} slots"
        for other in at_work:
            for held in sorted(run.holds & other.holds):
                yield run.run_id, f"it wrote {held} beside run {other.run_id}"
        at_work.append(run)


def holds_of(tags: Mapping[str, str]) -> frozenset[str]:
    """Return the asset and market pairs that a run writes alone, as its tags say."""
    written = {f"{asset}/{market}" for asset, market in named(tags, WRITES_TAG).items()}
    return frozenset(written | {key[len(HOLDS_TAG) :] for key in tags if key.startswith(HOLDS_TAG)})


def otherwise_noted(
    noted: Mapping[str, str], stored: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield partitions whose last event says another content hash than is stored, or none."""
    for key, content_hash in sorted(stored.items()):
        told = noted.get(key)
        if told is None:
            yield key, "it is stored, and no event tells of it"
        elif told != content_hash:
            yield key, f"its last event says {told}, stored is {content_hash}"


def _assets() -> Iterator[tuple[str, Table]]:
    known = {table.name: table for table in TABLES} | {"backtests": BACKTEST_METRICS}
    for name in sorted(ALL_ASSETS):
        yield name, known[name]


def _events(evidence: Evidence) -> Iterator[Violation]:
    instance = evidence.memory()
    asked = False
    for number, strategy in enumerate(evidence.strategies):
        for name, table in _assets():
            if number and name in SHARED_ASSETS:
                continue
            snapshot = evidence.snapshot(table, strategy)
            stored = {
                _event_key(table, market, month): snapshot.content_hash(market, month)
                for market, month in snapshot.partitions()
            }
            noted = _noted(instance, strategy, name, {*stored})
            asked = asked or bool(noted)
            for key, wrong in otherwise_noted(noted, stored):
                market, month = split_partition_key(key)
                yield Violation(f"{'/'.join(asset_path(strategy, name))}: {wrong}", market, month)
    if not asked:
        raise CannotJudgeError("the instance remembers no event of any asset")


def _event_key(table: Table, market: str, month: str) -> str:
    if not table.by_market:
        return ""
    return market if month == ALL_MONTHS else partition_key(market, month)


def _noted(
    instance: dg.DagsterInstance, strategy: Strategy, name: str, keys: set[str]
) -> dict[str, str]:
    """Return what the last event of each partition says is stored."""
    asset = dg.AssetKey([*asset_path(strategy, name)])
    if keys == {""}:
        last = instance.get_latest_materialization_event(asset)
        entries = [last] if last else []
    else:
        entries = [*last_materializations(instance, {asset: keys})]
    events = [entry.asset_materialization for entry in entries]
    return {
        event.partition or "": str(event.metadata["content_hash"].value)
        for event in events
        if event is not None and "content_hash" in event.metadata
    }


def _unfinished(evidence: Evidence) -> Iterator[Violation]:
    for run in evidence.memory().get_runs():
        if run.status.value in FINISHED or run.status.value in _WAITS:
            continue
        worker = answerable_for(run)
        if worker is None or worker.liveness() is Liveness.GONE:
            told = f"{run.job_name} is {run.status.value}, and nobody works on it"
            yield Violation(told, row=run.run_id)


def _queue(evidence: Evidence) -> Iterator[Violation]:
    ended = [
        Stretch(
            record.dagster_run.run_id,
            record.start_time,
            record.end_time,
            holds_of(record.dagster_run.tags),
        )
        for record in evidence.memory().get_run_records()
        if record.start_time is not None and record.end_time is not None
    ]
    for run_id, wrong in too_many(ended):
        yield Violation(wrong, row=run_id)


RULES = (
    Rule(
        "events-tell-stored",
        "The last event of every partition says the content hash that is stored: stale is exact.",
        ("every table", "events"),
        _events,
    ),
    Rule(
        "runs-have-workers",
        "No run is unfinished while nobody works on it.",
        ("runs",),
        _unfinished,
    ),
    Rule(
        "queue-within-limits",
        f"At most {TOTAL_SLOTS} runs were at work, and never two that write one asset of a market.",
        ("runs",),
        _queue,
    ),
)
