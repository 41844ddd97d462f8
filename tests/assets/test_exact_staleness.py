"""Exact staleness: what a corrected candle makes stale is what comes out otherwise without it.

The web UI's resolver is asked which models are stale. The brute force beside it forgets every
model, makes all of them from nothing, and looks which ones are others than before.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, never_written, opened
from tests.assets.stored_versions import stale
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS

FETCHED = ("2024-03", "2024-06")
MAY, JUNE, JULY = "2024-05", "2024-06", "2024-07"
FOLDERS = ("models", "out_of_sample")


@pytest.fixture
def made(lived_in: Path, feed: SimulatedFeed, tmp_path: Path) -> Iterator[InProcessPlatform]:
    """A platform whose models were all made just now, of what is stored.

    Nothing is searched: a search begins with what an earlier one chose, which makes nothing stale.
    """
    search = {"learner_trials": 1, "policy_trials": 3, "horizon_bars": ()}
    home = shutil.copytree(lived_in, tmp_path / "home")
    with opened(home, feed, LATER, search=search) as platform:
        platform.run("backfill", *FETCHED)
        forget_models(platform)
        platform.run("train", MAY, JULY, only=["models"])
        yield platform


def forget_models(platform: InProcessPlatform) -> None:
    """Remove every model, and the searches that went before them."""
    for name in FOLDERS:
        never_written(platform.home, name)
    shutil.rmtree(platform.home / "studies", ignore_errors=True)


def model_ids(platform: InProcessPlatform) -> dict[str, str]:
    return {month: platform.rows(MODELS, month)["model_id"].item() for month in (MAY, JUNE, JULY)}


def correct(platform: InProcessPlatform, opened_at: datetime) -> None:
    """Let the exchange correct one candle, and fetch it with all that is derived from it."""
    stored = platform.rows(CANDLES, f"{opened_at:%Y-%m}").set_index("open_time")
    platform.revise(opened_at, high=float(stored.loc[opened_at, "high"]) * 1.01)
    platform.run("backfill", *FETCHED, refetch=True)


@pytest.mark.parametrize(
    ("opened_at", "dependent"),
    [
        # Only May's model learns from March.
        (datetime(2024, 3, 5, 7, tzinfo=UTC), [MAY]),
        # The features of May look 600 bars back, into the end of April: July's model learns of it.
        (datetime(2024, 4, 27, 7, tzinfo=UTC), [MAY, JUNE, JULY]),
        pytest.param(datetime(2024, 4, 2, 7, tzinfo=UTC), [MAY, JUNE], marks=pytest.mark.torture),
        pytest.param(datetime(2024, 5, 15, 7, tzinfo=UTC), [JUNE, JULY], marks=pytest.mark.torture),
        pytest.param(datetime(2024, 6, 10, 7, tzinfo=UTC), [JULY], marks=pytest.mark.torture),
    ],
    ids=lambda value: f"{value:%m-%d}" if isinstance(value, datetime) else "",
)
def test_a_corrected_candle_makes_exactly_those_models_stale_that_come_out_otherwise(
    made: InProcessPlatform, opened_at: datetime, dependent: list[str]
):
    assert "models" not in stale(made)
    before = model_ids(made)
    correct(made, opened_at)
    found = stale(made)["models"]
    forget_models(made)
    made.run("train", MAY, JULY, only=["models"])
    after = model_ids(made)
    assert found == [month for month in before if after[month] != before[month]]
    assert found == dependent
