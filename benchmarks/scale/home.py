"""A home of many markets and months: one month of one market is really made, and then spread."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from benchmarks.capacity.feed import RepeatedFeed, markets
from benchmarks.scale.events import remember
from benchmarks.scale.lake import spread
from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.killed_run import remembering
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import MARKETS, partition_key
from traderai_assets.schemas.tables import Table
from traderai_assets.strategies import tables_of

TIMEFRAME = "4h"
# Five minutes after the last month of 31 days has ended
NOW = datetime(2026, 2, 1, 0, 5, tzinfo=UTC)
LAST = Month(2026, 1)
STRATEGIES: dict[str, Any] = {"fast": {}, "slow": {"training": {"horizon_bars": 6}}}
PAST_THE_START = timedelta(minutes=5)
FILLED = "filled.json"
# Assets of several tables, and the one whose hash is their data version
MAIN_TABLES = {"backtests": "backtest_metrics"}


def options(count: int, months: int) -> dict[str, Any]:
    """Settings of the platform that lives in such a home."""
    return {
        "markets": tuple(f"{one.exchange}:{one.symbol}" for one in kept(count)),
        "timeframe": TIMEFRAME,
        "history_days": months * 30,
        "strategies": STRATEGIES,
        "training": {"folds": 2, "horizon_bars": 3, "lookback_days": 200, "minimum_rows": 25},
        "costs": {"fee_rate": 0.0, "slippage_rate": 0.0},
    }


def kept(count: int) -> list[Market]:
    """Return the markets, the original first."""
    return [Market(one.exchange, one.symbol, TIMEFRAME) for one in markets(count)]


def served(months: int) -> list[Month]:
    """Return the months, the original last."""
    return [LAST.shift(number + 1 - months) for number in range(months)]


@contextmanager
def lived_in(home: Path, count: int, months: int) -> Iterator[InProcessPlatform]:
    """Open the platform of such a home over an exchange whose clock stands at `NOW`."""
    with (
        remembering(home) as instance,
        opened(
            home, RepeatedFeed(count), NOW, instance=instance, **options(count, months)
        ) as platform,
    ):
        yield platform


def fill(home: Path, count: int, months: int) -> None:
    """Fill a home, or go on where that was broken off."""
    with lived_in(home, count, months) as platform:
        made = home / "made"
        if not made.exists():
            _make(platform)
            made.touch()
        known = kept(count)
        platform.instance.add_dynamic_partitions(MARKETS, [one.key for one in known])
        tables = tables_of(platform.settings, platform.lake.remembered())
        for table, partitions in spread(platform.lake, tables, known, served(months)):
            print(f"{table.path}: {partitions} partitions", flush=True)
        graph = platform.definitions.resolve_asset_graph()
        original = _originals(platform, graph.materializable_asset_keys)
        versions = {
            asset: dict(_versions(platform, asset, known, served(months), tables))
            for asset in original
        }
        for asset, events in remember(
            platform.instance, graph.toposorted_asset_keys, original, versions
        ):
            print(f"{asset.to_user_string()}: {events} events", flush=True)
    (home / FILLED).write_text(json.dumps({"markets": count, "months": months}))


def _make(platform: InProcessPlatform) -> None:
    """Let somebody speak from the beginning of the last month on, and make all of it."""
    last = LAST.key
    platform.now_is(LAST.start + PAST_THE_START)
    platform.run("backfill", LAST.shift(-12).key, LAST.shift(-1).key)
    platform.run("train", LAST.shift(-1).key, last)
    platform.run("judge")
    platform.run("choose_champion")
    platform.now_is(NOW)
    platform.run("backfill", last)
    platform.run("train", LAST.shift(1).key)
    platform.run("generate_signals", last)
    platform.run("expire_signals", last)
    platform.run("replay_history", last)
    platform.run("monitor_drift", last)


def _originals(
    platform: InProcessPlatform, assets: Sequence[dg.AssetKey]
) -> Mapping[dg.AssetKey, str]:
    """Return the partition of each asset that was really made."""
    market = platform.settings.market_list()[0].key
    found = {}
    for asset in assets:
        made = platform.instance.get_materialized_partitions(asset)
        for key in (partition_key(market, LAST.key), market):
            if key in made:
                found[asset] = key
                break
    return found


def _versions(
    platform: InProcessPlatform,
    asset: dg.AssetKey,
    known: Sequence[Market],
    months: Sequence[Month],
    tables: Sequence[Table],
) -> Iterator[tuple[str, str]]:
    """Yield each partition of an asset and its data version: its content hash in the lake."""
    *folder, name = asset.path
    path = "/".join([*folder, MAIN_TABLES.get(name, name)])
    table = {one.path: one for one in tables}.get(path)
    if table is None:
        return
    snapshot = platform.lake.snapshot(table)
    for market in known:
        hashes = snapshot.content_hashes(market)
        if not table.monthly:
            yield from ((market.key, version) for version in hashes.values())
            continue
        for month in months:
            if month.key in hashes:
                yield partition_key(market.key, month.key), hashes[month.key]
