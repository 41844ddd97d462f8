"""THE table of the seven work classes; the queue, the jobs, the command line and docs read it."""

from collections.abc import Iterable
from dataclasses import dataclass

CLASS_TAG = "traderai/class"
MARKET_TAG = "traderai/market"
EXCHANGE_TAG = "traderai/exchange"
WRITER_TAG = "traderai/writer"
PRIORITY_TAG = "dagster/priority"

TOTAL_SLOTS = 3


@dataclass(frozen=True)
class WorkClass:
    """One kind of work: how urgent it is, and how many slots it may hold at once."""

    name: str
    priority: int
    slots: int
    assets: frozenset[str]
    purpose: str


_CANDLES = frozenset({"candles", "features", "labels"})
BACKFILL = WorkClass("backfill", 10, 2, _CANDLES, "Fetch candles of months gone by.")
UPDATE_LATEST = WorkClass("update_latest", 9, 1, _CANDLES, "Fetch the open month's new candles.")
SIGNALS_EXPIRE = WorkClass(
    "signals.expire", 8, 1, frozenset({"signal_outcomes"}), "Settle signals that have ended."
)
SIGNALS_GENERATE = WorkClass(
    "signals.generate", 7, 1, frozenset({"signals"}), "Say what the champion says now."
)
TRAINING = WorkClass(
    "training", 5, 2, frozenset({"models", "backtests", "champions"}), "Train, test and choose."
)
DRIFT_MONITOR = WorkClass(
    "drift.monitor", 3, 1, frozenset({"drift_metrics"}), "Compare live data with training data."
)
HISTORICAL = WorkClass(
    "historical", 1, 1, frozenset({"signal_snapshots"}), "Say what would have been said."
)
WORK_CLASSES = (
    BACKFILL,
    UPDATE_LATEST,
    SIGNALS_EXPIRE,
    SIGNALS_GENERATE,
    TRAINING,
    DRIFT_MONITOR,
    HISTORICAL,
)


def classify(assets: Iterable[str], months: Iterable[str], open_month: str) -> WorkClass:
    """Return the class of a run that materialises `assets` of `months`.

    A run that spans classes takes the lowest of them, so nothing jumps the queue by bringing
    company; features and labels follow their caller. What materialises nothing we know (such as
    maintenance) is never urgent.

    Parameters
    ----------
    assets : names of the assets the run writes
    months : keys `YYYY-MM` of the months it writes; empty where the run names none
    open_month : key of the month that is not over yet
    """
    named = frozenset(assets)
    latest = set(months) == {open_month}
    candle_class = UPDATE_LATEST if latest else BACKFILL
    spanned = [
        work
        for work in WORK_CLASSES
        if work.assets & named and (work.assets is not _CANDLES or work is candle_class)
    ]
    if not named <= _ALL_ASSETS:
        return HISTORICAL
    return min(spanned, key=lambda work: work.priority, default=HISTORICAL)


_ALL_ASSETS = frozenset().union(*(work.assets for work in WORK_CLASSES))

# What each job materialises; a run of a job names no assets, so the queue looks here.
JOBS: dict[str, frozenset[str]] = {
    "backfill": _CANDLES,
    "update_latest": _CANDLES,
    "expire_signals": SIGNALS_EXPIRE.assets,
    "generate_signals": SIGNALS_GENERATE.assets,
    "train": frozenset({"models", "backtests"}),
    "choose_champion": frozenset({"champions"}),
    "monitor_drift": DRIFT_MONITOR.assets,
    "replay_history": HISTORICAL.assets,
    "maintain_lake": frozenset(),
}
