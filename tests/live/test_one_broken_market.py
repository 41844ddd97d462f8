"""One market of a tick is broken, in every way there is: the others are as if it were not there."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from benchmarks.capacity.feed import RepeatedFeed
from tests.assets.in_process_platform import InProcessPlatform, UnhurriedExchange, damage, opened
from tests.live.ticks import tick
from traderai_assets.domain.markets import Market
from traderai_assets.instance.market_notes import refusal_of
from traderai_assets.partitions import MARKETS
from traderai_assets.sandbox.fault_rules import FaultRule
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.tables import Table
from traderai_assets.work_classes import LIVE_JOB

NOW = datetime(2024, 6, 12, 5, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
LAST = pd.Timestamp("2024-06-12 06:00", tz="UTC")
JUNE = "2024-06"
FEED = RepeatedFeed(5)
ALL = [Market("binance", f"M{number:03d}/USDT", "1h") for number in range(5)]
BROKEN, *OTHERS = ALL
SYMBOL = BROKEN.symbol
PATCH = pytest.MonkeyPatch()
OPTIONS = {
    "markets": tuple(f"{one.exchange}:{one.symbol}" for one in ALL),
    "timeframe": "1h",
    "patience": {"attempts": 2, "request_timeout_seconds": 0.5, "deadline_seconds": 1.5},
}


@pytest.fixture(scope="session")
def five_markets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which candles, features and labels of May and June were made for five markets."""
    home = tmp_path_factory.mktemp("five")
    with opened(home, FEED, NOW, **OPTIONS) as platform:
        for market in ALL:
            platform.market = market
            platform.instance.add_dynamic_partitions(MARKETS, [market.key])
            platform.run("backfill", "2024-05", JUNE)
    return home


@pytest.fixture
def platform(five_markets: Path, tmp_path: Path) -> Iterator[InProcessPlatform]:
    """A copy of it, two hours later."""
    home = tmp_path / "home"
    shutil.copytree(five_markets, home)
    with opened(home, FEED, LATER, **OPTIONS) as opened_one:
        opened_one.instance.add_dynamic_partitions(MARKETS, [one.key for one in ALL])
        opened_one.market = BROKEN
        yield opened_one


@pytest.fixture(autouse=True)
def nothing_stays_replaced() -> Iterator[None]:
    yield
    PATCH.undo()


def troubles(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """What the run said of each market in trouble."""
    [output] = [event for event in result.all_events if event.is_successful_output]
    told = output.step_output_data.metadata.get("troubles")
    return dict(told.value) if told is not None else {}  # type: ignore[arg-type]


def last(platform: InProcessPlatform, table: Table, market: Market) -> pd.Timestamp:
    return pd.Timestamp(platform.lake.snapshot(table).last(market))


def whole(platform: InProcessPlatform, market: Market) -> bool:
    return all(last(platform, table, market) == LAST for table in (CANDLES, FEATURES))


def of_the_wire(**rule: object) -> Callable[[InProcessPlatform], None]:
    told = {"count": None, "symbol": SYMBOL, "endpoint": "/api/v3/klines", **rule}
    return lambda platform: platform.sandbox.faults.add(FaultRule(**told))


def another_writes_meanwhile(platform: InProcessPlatform) -> None:
    """Another run replaces the month once it was loaded."""
    rows = platform.rows(CANDLES, JUNE)
    pages = UnhurriedExchange.pages

    def faster(exchange: UnhurriedExchange, market: Market, *args: Any, **options: Any) -> Any:
        if market == BROKEN:
            platform.store(CANDLES, JUNE, rows.assign(volume=rows["volume"] + 1.0))
        return pages(exchange, market, *args, **options)

    PATCH.setattr(UnhurriedExchange, "pages", faster)


def a_row_of_no_bar_is_stored(platform: InProcessPlatform) -> None:
    rows = platform.rows(CANDLES, JUNE)
    stray = rows.iloc[[-1]].assign(open_time=rows["open_time"].iloc[-1] - pd.Timedelta("7min"))
    both = pd.concat([rows, stray]).astype(CANDLES.dtypes)
    platform.store(CANDLES, JUNE, both.sort_values("open_time", ignore_index=True))


def of_a_file(table: Table) -> Callable[[InProcessPlatform], None]:
    return lambda platform: damage(platform, table, JUNE)


GARBAGE = ("none", "nan", "inf", "zero", "negative", "text", "high_below_low")
WAYS = {
    "refused for good": of_the_wire(kind="status", status=451),
    "forbidden": of_the_wire(kind="status", status=403),
    "down": of_the_wire(kind="status", status=503),
    "reset": of_the_wire(kind="reset_before"),
    "cut": of_the_wire(kind="reset_mid"),
    "short": of_the_wire(kind="truncate"),
    "a web page": of_the_wire(kind="html"),
    "nothing": of_the_wire(kind="empty"),
    "an empty object": of_the_wire(kind="empty_object"),
    "stalled": of_the_wire(kind="stall", seconds=3.0),
    "endless": of_the_wire(kind="oversize", size=80_000_000),
    "rows left out": of_the_wire(kind="missing", rows=500),
    "rows twice": of_the_wire(kind="duplicate", rows=3),
    "rows anywhere": of_the_wire(kind="shuffle"),
    "rows of no bar": of_the_wire(kind="off_grid", rows=3),
    "rows of tomorrow": of_the_wire(kind="future", rows=3),
    **{
        f"rows {garbage}": of_the_wire(kind="garbage", rows=3, garbage=garbage)
        for garbage in GARBAGE
    },
    "a damaged file of candles": of_a_file(CANDLES),
    "a damaged file of features": of_a_file(FEATURES),
    "another writer": another_writes_meanwhile,
    "a stored row of no bar": a_row_of_no_bar_is_stored,
}


REFUSED = {"rows of no bar", "rows of tomorrow", *(f"rows {one}" for one in GARBAGE)}
MENDED = {"rows twice", "rows anywhere", "a damaged file of candles", "a damaged file of features"}


def bites(platform: InProcessPlatform, way: str, told: dict[str, str]) -> bool:
    """Whether the market was broken as it was to be: a way that does nothing proves nothing."""
    if way in MENDED:
        return whole(platform, BROKEN) and not told
    if way in REFUSED:
        return len(platform.rows(CANDLE_QUARANTINE, JUNE)) > 0 and not told
    if way == "rows left out":
        return not whole(platform, BROKEN) and not told
    return told.keys() == {BROKEN.key} and not whole(platform, BROKEN)


@pytest.mark.parametrize("way", WAYS)
def test_the_others_are_whole_and_have_no_gap(platform: InProcessPlatform, way: str):
    WAYS[way](platform)
    result = tick(platform, *(one.key for one in ALL))
    assert result.success
    assert bites(platform, way, troubles(result))
    for market in OTHERS:
        assert whole(platform, market), market.key
        assert platform.lake.snapshot(CANDLE_GAPS).read(market, [JUNE]).empty


@pytest.mark.parametrize("way", ["down", "stalled", "another writer"])
def test_what_passes_is_made_good_by_the_next_tick(platform: InProcessPlatform, way: str):
    WAYS[way](platform)
    tick(platform, *(one.key for one in ALL))
    assert not whole(platform, BROKEN)
    platform.sandbox.faults.clear()
    PATCH.undo()
    tick(platform, BROKEN.key)
    assert whole(platform, BROKEN)
    assert refusal_of(platform.instance, BROKEN.key, LIVE_JOB) is None


def test_what_is_not_foreseen_fails_the_run_after_the_others_are_made(
    platform: InProcessPlatform, monkeypatch: pytest.MonkeyPatch
):
    from traderai_assets.making import features

    make = features.put_features

    def breaks(part, settings):
        if part.market == BROKEN:
            raise ZeroDivisionError("nobody thought of this")
        make(part, settings)

    monkeypatch.setattr("traderai_assets.live.tick.put_features", breaks)
    result = tick(platform, *(one.key for one in ALL), raise_on_error=False)
    assert not result.success
    assert all(whole(platform, market) for market in OTHERS)
    assert last(platform, CANDLES, BROKEN) == LAST
