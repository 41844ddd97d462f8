"""THE table of the seven work classes; the queue, the jobs, the command line and docs read it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from traderai_assets.domain.queue.hand_jobs import HAND_WRITES, NEVER_URGENT
from traderai_assets.domain.queue.policy import Limits, TagLimit
from traderai_assets.domain.run_tags import HIDDEN, SHOWN

# For people, and so on pages; what follows is for the queue and the sensors (domain/run_tags.py)
CLASS_TAG = f"{SHOWN}class"
MARKET_TAG = f"{HIDDEN}market"
EXCHANGE_TAG = f"{HIDDEN}exchange"
# Names of the strategies a run works for, where the settings name any
STRATEGY_TAG = f"{HIDDEN}strategy"
# Before the name of each asset that a run writes; its value is the market
WRITES_TAG = f"{HIDDEN}writes/"
# Before asset and market, of each market that a run writes: a run of many has no one value
HOLDS_TAG = ".dagster/traderai/holds/"
# On a live update: how many markets it is for
MARKETS_TAG = f"{HIDDEN}markets"
# On a run of the sensor that asks for absent bars when they are due; any other run asks at once
BY_SCHEDULE_TAG = f"{HIDDEN}by_schedule"
PRIORITY_TAG = "dagster/priority"
RETRIES_TAG = "dagster/max_retries"
RETRY_ERRORS_TAG = "dagster/retry_on_asset_or_op_failure"

TOTAL_SLOTS = 3
# On runs that may last: at most two at once, so that a bar that closes finds a slot
LONG_TAG = f"{HIDDEN}long_work"
LONG_SLOTS = 2
# The job of a live tick: many markets, from their candles to the outcomes of their signals
LIVE_JOB = "live_update"


class Months(Enum):
    """Which runs are of a class, by the months that they write."""

    ANY = "any months"
    OPEN = "the open month and no other"
    GONE_BY = "any months but the open one alone"

    def takes(self, *, only_open: bool) -> bool:
        """Whether a run that writes the open month alone, or that does not, is of the class."""
        return self is Months.ANY or (self is Months.OPEN) == only_open


@dataclass(frozen=True)
class WorkClass:
    """One kind of work.

    Attributes
    ----------
    name, purpose : str
    priority : int
        Higher leaves the queue first.
    slots : int
        How many of the three it may hold at once.
    assets : frozenset of str
        What it materialises.
    months : Months
        Which runs of these assets are its own: two classes that share assets differ in this.
    most_hours : float
        Who is at work for longer hangs, and is stopped.
    retry_errors : bool
        Whether a run that ended with an error is tried again: where the error may be the weather
        between us and an exchange, and not where the same rows give the same error.
    retries : int
        How often a run whose worker was lost is tried again.
    """

    name: str
    priority: int
    slots: int
    assets: frozenset[str]
    purpose: str
    most_hours: float
    months: Months = Months.ANY
    retry_errors: bool = False
    retries: int = 3

    @property
    def is_long(self) -> bool:
        """Whether its runs may last longer than anybody would wait for a signal."""
        return self.most_hours > _SHORT_HOURS


_SHORT_HOURS = 1
_CANDLES = frozenset({"candles", "features", "labels"})
BACKFILL = WorkClass(
    "backfill",
    10,
    # One of the two that long work has: the other is never a backfill's, however long it lasts
    1,
    _CANDLES,
    "Fetch candles of months gone by.",
    24,
    months=Months.GONE_BY,
    retry_errors=True,
)
UPDATE_LATEST = WorkClass(
    "update_latest",
    9,
    2,
    _CANDLES,
    "Fetch the open month's new candles.",
    1,
    months=Months.OPEN,
    retry_errors=True,
)
SIGNALS_EXPIRE = WorkClass(
    "signals.expire", 8, 1, frozenset({"signal_outcomes"}), "Judge signals that have ended.", 1
)
SIGNALS_GENERATE = WorkClass(
    "signals.generate", 7, 1, frozenset({"signals"}), "Generate signals of who speaks.", 1
)
TRAINING = WorkClass(
    "training",
    5,
    2,
    frozenset({"models", "backtests", "record", "champions", "verdict"}),
    "Train, test, choose, judge.",
    24,
)
DRIFT_MONITOR = WorkClass(
    "drift.monitor", 3, 1, frozenset({"drift_metrics"}), "Compare live data with training data.", 3
)
HISTORICAL = WorkClass(
    "historical", 1, 1, frozenset({"signal_snapshots"}), "Replay what past models would signal.", 24
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
    assets : names of the assets the run writes, whichever strategy's they are
    months : keys `YYYY-MM` of the months it writes; empty where the run names none
    open_month : key of the month that is not over yet
    """
    named = frozenset(assets)
    if not named <= ALL_ASSETS:
        return HISTORICAL
    only_open = set(months) == {open_month}
    spanned = [
        work
        for work in WORK_CLASSES
        if work.assets & named and work.months.takes(only_open=only_open)
    ]
    return min(spanned, key=lambda work: work.priority, default=HISTORICAL)


ALL_ASSETS = frozenset().union(*(work.assets for work in WORK_CLASSES))
# There once; every other asset once for each strategy (strategies.asset_path)
SHARED_ASSETS = frozenset({"candles", "features", "champions"})


def limits_of(written: Iterable[str], contested: Iterable[str] = ()) -> Limits:
    """Return the queue's limits where runs may write these assets beside those without a strategy.

    Parameters
    ----------
    written : iterable of str
        Keys such as `fast/models`.
    contested : iterable of str
        Tags of `HOLDS_TAG` that more than one run has: what one run holds alone needs no limit.
    """
    assets = sorted(ALL_ASSETS | frozenset(written))
    return Limits(
        slots=TOTAL_SLOTS,
        tags=(
            *(TagLimit(CLASS_TAG, work.slots, value=work.name) for work in WORK_CLASSES),
            TagLimit(LONG_TAG, LONG_SLOTS, value="true"),
            # One writer of an asset's market at a time; the lake's conflict check is the certainty
            *(TagLimit(f"{WRITES_TAG}{asset}", 1, per_value=True) for asset in assets),
            *(TagLimit(tag, 1) for tag in sorted(contested)),
        ),
    )


# What the coordinator tells Dagster's queue (instance/run_coordinator.py)
LIMITS = limits_of(())

# What each job materialises, of every strategy; where a run names no assets, the queue looks here.
JOBS: dict[str, frozenset[str]] = {
    "backfill": _CANDLES,
    "update_latest": _CANDLES,
    "expire_signals": SIGNALS_EXPIRE.assets,
    "generate_signals": SIGNALS_GENERATE.assets,
    "train": frozenset({"models", "backtests", "record"}),
    "extend_record": frozenset({"backtests", "record"}),
    "judge": frozenset({"verdict"}),
    "choose_champion": frozenset({"champions"}),
    "monitor_drift": DRIFT_MONITOR.assets,
    "replay_history": HISTORICAL.assets,
    "maintain_lake": frozenset(),
    "clean_up": frozenset(),
    LIVE_JOB: frozenset({"candles", "features", "labels", "signals", "signal_outcomes"}),
    **HAND_WRITES,
}
# Whose class does not follow from what they write (docs/adr/0017, 0018)
CLASS_OF_JOB = {LIVE_JOB: UPDATE_LATEST, **dict.fromkeys(NEVER_URGENT, HISTORICAL)}


def holds_tag(asset: str, market: str) -> str:
    """Return the tag that says that a run writes an asset of a market."""
    return f"{HOLDS_TAG}{asset}/{market}"


def contested(runs: Iterable[Iterable[str]]) -> frozenset[str]:
    """Return the tags of `HOLDS_TAG` that more than one of these runs has, given their tags."""
    held = Counter(tag for tags in runs for tag in tags if tag.startswith(HOLDS_TAG))
    return frozenset(tag for tag, runs_with_it in held.items() if runs_with_it > 1)
