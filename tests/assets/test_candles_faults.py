"""Faults of an exchange during a small backfill: it ends right, or it fails clearly.

Whatever happens, nothing that was stored is lost, and the next run stores what a backfill without
faults would have stored.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.domain.errors import ExchangeUnavailable
from traderai_assets.sandbox.fault_rules import FaultRule, Garbage, RowFault, WireFault
from traderai_assets.sandbox.faults import KLINES_PATH
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES

MAY, JUNE = "2024-05", "2024-06"
NOW = datetime(2024, 6, 3, 5, 30, tzinfo=UTC)
NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
# What a kind needs to be more than a nuisance: longer than our patience, larger than our limit.
DETAILS: dict[str, dict[str, Any]] = {
    "stall": {"seconds": 5},
    "drip": {"seconds": 0.2},
    "oversize": {"size": 4_000_000},
}
WIRE_KINDS, ROW_KINDS, GARBAGE = get_args(WireFault), get_args(RowFault), get_args(Garbage)
STATUSES = [(403, 418), (429, 451), (500, 502), (503, 504)]
Stored = tuple[dict[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def impatient(
    feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InProcessPlatform]:
    """A platform on 2024-06-03 at 05:30 that waits a second for an answer, and asks three times."""
    patience = {"attempts": 3, "request_timeout_seconds": 1, "max_answer_bytes": 1_000_000}
    with opened(tmp_path_factory.mktemp("faults"), feed, NOW, patience=patience) as platform:
        yield platform


@pytest.fixture(scope="module")
def with_may(impatient: InProcessPlatform) -> Path:
    """A copy of its lake, and of what is remembered of it, while it holds May alone."""
    impatient.fetch(MAY)
    copy = impatient.home / "with_may"
    for kept in (impatient.settings.lake_root, impatient.settings.lake_versions):
        shutil.copytree(kept, copy / Path(kept).name)
    return copy


@pytest.fixture(scope="module")
def without_faults(impatient: InProcessPlatform, with_may: Path) -> Stored:
    """What is stored once June was fetched as well, from an exchange without faults."""
    assert with_may.exists()
    impatient.fetch(JUNE)
    return stored(impatient)


@pytest.fixture
def in_june(
    impatient: InProcessPlatform, with_may: Path, without_faults: Stored
) -> Iterator[InProcessPlatform]:
    """That platform before it fetches June; its exchange is well again afterwards."""
    assert without_faults
    for kept in (impatient.settings.lake_root, impatient.settings.lake_versions):
        shutil.rmtree(kept)
        shutil.copytree(with_may / Path(kept).name, kept)
    yield impatient
    impatient.sandbox.faults.clear()


def stored(platform: InProcessPlatform) -> Stored:
    return platform.hashes(CANDLES), platform.hashes(CANDLE_GAPS)


def break_klines(platform: InProcessPlatform, kind: str, **details: Any) -> None:
    rule = {"kind": kind, "endpoint": KLINES_PATH, **DETAILS.get(kind, {}), **details}
    platform.sandbox.faults.add(FaultRule.model_validate(rule))


@pytest.mark.parametrize("kind", [*WIRE_KINDS, *ROW_KINDS])
def test_a_fault_that_passes_leaves_no_trace_in_the_candles(
    in_june: InProcessPlatform, without_faults: Stored, kind: str
):
    break_klines(in_june, kind, rows=3)
    in_june.fetch(JUNE)
    assert stored(in_june) == without_faults


@pytest.mark.parametrize("statuses", STATUSES)
def test_two_refusals_one_after_the_other_are_waited_out(
    in_june: InProcessPlatform, without_faults: Stored, statuses: tuple[int, int]
):
    for status in statuses:
        break_klines(in_june, "status", status=status, retry_after=1 if status == 429 else None)
    in_june.fetch(JUNE)
    assert stored(in_june) == without_faults


@pytest.mark.parametrize("kind", WIRE_KINDS)
def test_a_wire_that_stays_broken_fails_by_name_and_loses_nothing(
    in_june: InProcessPlatform, without_faults: Stored, kind: str
):
    before = stored(in_june)
    break_klines(in_june, kind, count=None)
    with pytest.raises(ExchangeUnavailable, match=r"BTC/USDT 1h from 2024-06-01 .* to 2024-06-03"):
        in_june.fetch(JUNE)
    assert stored(in_june) == before
    in_june.sandbox.faults.clear()
    in_june.fetch(JUNE)
    assert stored(in_june) == without_faults


@pytest.mark.parametrize("kind", ["duplicate", "shuffle", "off_grid", "future"])
def test_rows_that_stay_bad_beside_good_ones_cost_nothing(
    in_june: InProcessPlatform, without_faults: Stored, kind: str
):
    break_klines(in_june, kind, rows=5, count=None)
    in_june.fetch(JUNE)
    assert stored(in_june) == without_faults


def test_bars_that_stay_unreadable_are_named_holes_until_they_come_well(
    in_june: InProcessPlatform, without_faults: Stored
):
    bad_bars = [NOON + 2 * number * HOUR for number in range(len(GARBAGE))]
    for bad_bar, garbage in zip(bad_bars, GARBAGE, strict=True):
        span = {"since": bad_bar, "until": bad_bar + HOUR}
        break_klines(in_june, "garbage", garbage=garbage, count=None, **span)
    assert in_june.run("backfill", JUNE, only=["candles"]).success
    holes = in_june.rows(CANDLE_GAPS, JUNE)
    assert holes["start"].tolist() == bad_bars
    assert set(holes["kind"]) == {"fetch_failure"}
    assert set(in_june.rows(CANDLE_QUARANTINE, JUNE)["open_time"]) == set(bad_bars)
    in_june.sandbox.faults.clear()
    in_june.fetch(JUNE)
    assert stored(in_june) == without_faults


def test_a_bar_withheld_in_silence_is_a_gap_until_someone_asks_again(
    in_june: InProcessPlatform, without_faults: Stored
):
    break_klines(in_june, "missing", count=None, since=NOON, until=NOON + HOUR)
    in_june.fetch(JUNE)
    assert in_june.rows(CANDLE_GAPS, JUNE)["start"].tolist() == [NOON]
    in_june.sandbox.faults.clear()
    in_june.fetch(JUNE, refetch=True)
    assert stored(in_june) == without_faults


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_is_wrong_by_an_hour_stores_no_open_bar_and_is_made_up_for(
    in_june: InProcessPlatform, without_faults: Stored, seconds: int
):
    in_june.sandbox.faults.add(FaultRule(kind="clock_skew", seconds=seconds, count=None))
    in_june.fetch(JUNE)
    last_closed = in_june.rows(CANDLES, JUNE)["open_time"].iloc[-1] + HOUR
    assert last_closed <= NOW
    in_june.sandbox.faults.clear()
    in_june.fetch(JUNE)
    assert stored(in_june) == without_faults
