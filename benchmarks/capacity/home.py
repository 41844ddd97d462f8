"""A home in which many markets have been lived in: three are, and the others are copies of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.capacity.feed import SERIES, TIMEFRAME, RepeatedFeed, markets
from resources.lake.resource import LakeResource
from tests.assets.in_process_platform import opened
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.tables import PartitionKey, Table

HISTORY_DAYS = 65
SETTINGS: dict[str, Any] = {
    "timeframe": TIMEFRAME,
    "history_days": HISTORY_DAYS,
    "training": {"lookback_days": 20, "folds": 3, "max_model_age_days": 365, "horizon_bars": 12},
    "costs": {"fee_rate": 0.0, "slippage_rate": 0.0},
}
_COPIES_A_COMMIT = 20
# Of no market, or of what every market asks about by itself
_NOT_COPIED = frozenset({"record", "verdict"})


def prepare(home: Path, count: int, now: datetime) -> None:
    """Fetch, train and choose for three markets, then copy all of it to the others."""
    first = markets(len(SERIES))
    names = tuple(f"{one.exchange}:{one.symbol}" for one in first)
    with opened(home, RepeatedFeed(count), now, markets=names, **SETTINGS) as platform:
        month = Month.of(now)
        oldest = months_between(now - timedelta(days=HISTORY_DAYS), now)[0]
        for market in first:
            platform.market = market
            platform.instance.add_dynamic_partitions("markets", [market.key])
            platform.run("backfill", oldest.key, month.key)
            platform.run("train", month.shift(1).key)
            platform.run("choose_champion")
            platform.run("generate_signals", month.key)
            platform.run("monitor_drift", month.key)  # Else all markets ask for it at once
        lake = LakeResource(root=platform.settings.lake_root)
    for table in TABLES:
        if table.by_market and table.name not in _NOT_COPIED:
            _copy(lake, table, markets(count)[len(SERIES) :])


def _copy(lake: LakeResource, table: Table, copies: Sequence[Market]) -> None:
    snapshot = lake.snapshot(table)
    known = snapshot.partitions()
    for some in _portions(copies):
        frames = {}
        for number, market in some:
            original = markets(len(SERIES))[number % len(SERIES)].key
            for key in known:
                if key.market == original:
                    rows = snapshot.read(key.market, [key.month])
                    frames[PartitionKey(market.key, key.month)] = rows
        snapshot.publish(frames, run_id="copied", code_version="0")


def _portions(copies: Sequence[Market]) -> Iterator[list[tuple[int, Market]]]:
    numbered = [(number + len(SERIES), market) for number, market in enumerate(copies)]
    for first in range(0, len(numbered), _COPIES_A_COMMIT):
        yield numbered[first : first + _COPIES_A_COMMIT]
