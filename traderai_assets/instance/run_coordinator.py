"""The run coordinator `dagster.yaml` names: Dagster's queue, with every run classified.

`dagster/priority` counts only as a tag of the run, and a run launched by a button has no tag at
all. So class, priority, retries, market and what is written are stamped here, from what the run
materialises, whoever launched it. Tags set by hand are overwritten: they cannot jump the queue.

Whoever launches it, a run is refused whose config holds more than a run may be given: see
domain/run_config.py. Resources have no run config either (resources/settings_only.py); this is
the first of two locks, and the one that says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagster import DagsterRun, QueuedRunCoordinator
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.run_coordinator.queued_run_coordinator import RunQueueConfig

from traderai_assets.domain.errors import RefusedRun
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.progress_line import BEGINNINGS
from traderai_assets.domain.queue.limits import TagLimit
from traderai_assets.domain.run_config import refused_run_config
from traderai_assets.domain.run_tags import former, tag_of
from traderai_assets.domain.strategies.strategy import LABELS
from traderai_assets.instance.database_errors import name_database_files
from traderai_assets.instance.hand_runs import hand_market, is_by_hand
from traderai_assets.instance.live_runs import contested_now, is_live, live_markets
from traderai_assets.instance.open_months import open_month
from traderai_assets.instance.range_runs import drop_first_partition
from traderai_assets.instance.strategy_writers import (
    note_writers,
    noted_writers,
    selected,
    written_by,
)
from traderai_assets.partitions import RANGE_START_TAG, partition_named, split_partition_key
from traderai_assets.work_classes import (
    ALL_ASSETS,
    CLASS_OF_JOB,
    CLASS_TAG,
    EXCHANGE_TAG,
    HOLDS_TAG,
    JOBS,
    LIMITS,
    LIVE_JOB,
    LONG_TAG,
    MARKET_TAG,
    MARKETS_TAG,
    PRIORITY_TAG,
    RETRIES_TAG,
    RETRY_ERRORS_TAG,
    STRATEGY_TAG,
    WRITES_TAG,
    classify,
    holds_tag,
    limits_of,
)

_PARTITION_TAG = "dagster/partition"
_ONCE = {former(tag) for tag in (MARKET_TAG, EXCHANGE_TAG, STRATEGY_TAG, MARKETS_TAG, LONG_TAG)}
_RANGE_END_TAG = "dagster/asset_partition_range_end"


class ClassifyingRunCoordinator(QueuedRunCoordinator):
    """`QueuedRunCoordinator` that knows the seven work classes, and their limits."""

    def __init__(
        self, *, tag_concurrency_limits: Sequence[Mapping[str, Any]] | None = None, **kwargs: Any
    ) -> None:
        """Limit what the table does; let what the databases fail of name its file, too.

        Dagster prefers `concurrency.runs.tag_concurrency_limits` of the file, where there are any:
        so does a file that an earlier version wrote, and `instance_guard` sees that none is higher.
        """
        name_database_files()
        super().__init__(
            tag_concurrency_limits=tag_concurrency_limits or as_dagster_says(LIMITS.tags), **kwargs
        )

    def get_run_queue_config(self) -> RunQueueConfig:
        """Limit what only the runs that there are can tell; asked whenever the queue is looked at.

        The writers of what strategies have, and what more than one run holds.
        """
        config = super().get_run_queue_config()
        limited = {limit["key"] for limit in config.tag_concurrency_limits or ()}
        found = limits_of(noted_writers(self._instance), contested_now(self._instance))
        more = [one for one in found.tags if one.value is None and one.key not in limited]
        if not more:
            return config
        limits = [*(config.tag_concurrency_limits or ()), *as_dagster_says(more)]
        return config._replace(tag_concurrency_limits=limits)

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Stamp the run, then queue it.

        Raises
        ------
        RefusedRun
            If it was given what no run may be given. Dagster then marks the run as failed, with the
            reason in its log, and hands the error to whoever launched it.
        """
        run = context.dagster_run
        refusal = refused(run)
        if refusal is not None:
            self._instance.add_run_tags(run.run_id, {RETRIES_TAG: "0"})
            raise RefusedRun(f"run {run.run_id[:8]} is refused: {refusal}")
        run = drop_first_partition(self._instance, run)
        exchange = next(iter(markets_of(run)), "").partition(".")[0]
        written = written_by(self._instance, run)
        note_writers(self._instance, written)
        tags = queue_tags(run, open_month(self._instance, exchange), written)
        self._instance.add_run_tags(run.run_id, tags)
        return super().submit_run(context)


def as_dagster_says(limits: Iterable[TagLimit]) -> list[dict[str, Any]]:
    """Return limits in the words of `tag_concurrency_limits`."""
    said: list[dict[str, Any]] = []
    for limit in limits:
        value = {"applyLimitPerUniqueValue": True} if limit.per_value else limit.value
        said.append({"key": limit.key, "limit": limit.most} | ({"value": value} if value else {}))
    return said


def refused(run: DagsterRun) -> str | None:
    """Return why a run must not be queued; None where it may be."""
    key = partition_named(run.tags)
    if plain_line(key) != key:
        return (
            f'its partition "{plain_line(key)}" has characters that act instead of being read; '
            "expected a market's key, such as binance.BTC-USDT.5m"
        )
    return refused_run_config(run.run_config)


def queue_tags(
    run: DagsterRun, open_month_key: str, written: frozenset[str] | None = None
) -> dict[str, str]:
    """Return the tags by which the queue orders, limits and retries `run`.

    A range over several markets is limited by the first: the lake refuses whoever comes second. A
    live update is limited by each of its markets.

    Parameters
    ----------
    run : DagsterRun
    open_month_key : str
        The month that is not over.
    written : frozenset of str, optional
        Keys of the assets it writes; what the run itself says of them where not given.
    """
    markets, written = markets_of(run), selected(run) if written is None else written
    work = CLASS_OF_JOB.get(run.job_name) or classify(
        map(_kind, written), _months(run.tags), open_month_key
    )
    tags = {
        CLASS_TAG: work.name,
        PRIORITY_TAG: str(work.priority),
        RETRIES_TAG: str(work.retries),
        RETRY_ERRORS_TAG: str(work.retry_errors).lower(),
    }
    if work.is_long:
        tags[LONG_TAG] = "true"
    known = [asset for asset in sorted(written) if _kind(asset) in ALL_ASSETS]
    if markets:
        tags[EXCHANGE_TAG] = markets[0].partition(".")[0]
    if is_live(run):
        tags[MARKETS_TAG] = str(len(markets))
    elif markets:
        tags |= {MARKET_TAG: markets[0], **{f"{WRITES_TAG}{asset}": markets[0] for asset in known}}
    live = [asset for asset in known if _kind(asset) in JOBS[LIVE_JOB]]
    tags |= {holds_tag(asset, market): "true" for asset in live for market in markets}
    if names := ", ".join(strategies_written(written)):
        tags[STRATEGY_TAG] = names
    return tags | _taken_back(run, tags)


def _taken_back(run: DagsterRun, tags: Mapping[str, str]) -> dict[str, str]:
    """Return what the run's tags must not hold: no tag can be removed.

    A run limited by what it does not write, as somebody set it by hand; and the progress of the
    run that it tries again.
    """
    own = (WRITES_TAG, HOLDS_TAG)
    written = (tag for tag in run.tags if tag.startswith(own) and tag not in tags)
    said = (tag for tag in run.tags if tag.startswith(BEGINNINGS))
    # Of a run of before, whose tags stood under names that pages show
    once = (tag for tag in run.tags if tag in _ONCE or tag.startswith(former(WRITES_TAG)))
    stray = (tag for tag in run.tags if tag in {STRATEGY_TAG, LONG_TAG} and tag not in tags)
    return dict.fromkeys(written, run.run_id) | dict.fromkeys([*said, *stray, *once], "")


def strategies_written(written: Iterable[str]) -> list[str]:
    """Return the names of the strategies whose own assets these are, sorted; labels are shared."""
    parts = (asset.rpartition("/") for asset in written)
    return sorted({strategy for strategy, _, kind in parts if strategy and kind != LABELS})


def _kind(asset: str) -> str:
    return asset.rpartition("/")[2]


def market_of(tags: Mapping[str, str]) -> str:
    """Return the market a run is for, also before the coordinator has stamped it; "" if none."""
    return tag_of(tags, MARKET_TAG) or _market(tags)


def markets_of(run: DagsterRun) -> list[str]:
    """Return the markets a run is for: those its config lists, or that of its first partition."""
    if is_live(run):
        return live_markets(run.run_config)
    market = hand_market(run) if is_by_hand(run) else _market(run.tags)
    return [market] if market else []


def _market(tags: Mapping[str, str]) -> str:
    return split_partition_key(partition_named(tags))[0]


def _months(tags: Mapping[str, str]) -> set[str]:
    keys = [tags.get(tag, "") for tag in (_PARTITION_TAG, RANGE_START_TAG, _RANGE_END_TAG)]
    return {month for key in keys if (month := split_partition_key(key)[1])}
