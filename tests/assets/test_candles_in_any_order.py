"""Candles fetched in any pieces, any order, by any clock: the same content in the end."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

MARCH, APRIL = "2024-03", "2024-04"
BEGIN, END = datetime(2024, 2, 28, tzinfo=UTC), datetime(2024, 4, 10, 12, 10, tzinfo=UTC)
IN_THE_OUTAGE = datetime(2024, 3, 29, 8, 10, tzinfo=UTC)
ON_THE_MONTHS_EDGE = datetime(2024, 4, 1, tzinfo=UTC)

Update = tuple[datetime, tuple[str, ...], bool]

clocks = st.sampled_from([IN_THE_OUTAGE, ON_THE_MONTHS_EDGE]) | st.integers(
    0, (END - BEGIN) // timedelta(minutes=1)
).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
updates = st.lists(
    st.tuples(clocks, st.sampled_from([(MARCH,), (APRIL,), (MARCH, APRIL)]), st.booleans()),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def half_hours(
    feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InProcessPlatform]:
    """A platform of half-hour bars, two pages a month; one bar is absent in the outage of March."""
    with opened(tmp_path_factory.mktemp("pieces"), feed, END, timeframe="30m") as platform:
        yield platform


@pytest.fixture(scope="module")
def at_once(half_hours: InProcessPlatform) -> tuple[dict[str, str], dict[str, str]]:
    """What one backfill of both months stores."""
    half_hours.fetch(MARCH, APRIL)
    assert half_hours.rows(CANDLE_GAPS, MARCH)["absent_bars"].tolist() == [1]
    return stored(half_hours)


def stored(platform: InProcessPlatform) -> tuple[dict[str, str], dict[str, str]]:
    return platform.hashes(CANDLES), platform.hashes(CANDLE_GAPS)


def fetched_in_pieces(
    platform: InProcessPlatform, pieces: list[Update]
) -> tuple[dict[str, str], dict[str, str]]:
    """What an empty lake holds after these updates and a last run over both months."""
    for kept in (platform.settings.lake_root, platform.settings.lake_versions):
        shutil.rmtree(kept)
    for now, months, refetch in pieces:
        platform.now_is(now)
        platform.fetch(*months, refetch=refetch)
    platform.now_is(END)
    platform.fetch(MARCH, APRIL)
    return stored(platform)


@given(pieces=updates)
@settings(max_examples=5, deadline=None)
def test_any_sequence_of_updates_ends_with_the_content_of_one_backfill(
    half_hours: InProcessPlatform,
    at_once: tuple[dict[str, str], dict[str, str]],
    pieces: list[Update],
):
    assert fetched_in_pieces(half_hours, pieces) == at_once


@pytest.mark.torture
@given(pieces=updates)
@settings(max_examples=100, deadline=None)
def test_hundreds_of_sequences_end_with_the_content_of_one_backfill(
    half_hours: InProcessPlatform,
    at_once: tuple[dict[str, str], dict[str, str]],
    pieces: list[Update],
):
    assert fetched_in_pieces(half_hours, pieces) == at_once
