"""Models: every one that was made is kept, and the one made last serves its month."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.registry.stored_models import last_made
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS

APRIL, MAY = "2024-04", "2024-05"
REVISED = datetime(2024, 4, 2, 7, tzinfo=UTC)


def fetch_with_high(platform: InProcessPlatform, high: float) -> None:
    platform.revise(REVISED, high=high)
    platform.run("backfill", APRIL, refetch=True)


def test_a_revision_makes_a_second_model_and_taken_back_the_first_one_serves_again(
    old_platform: InProcessPlatform,
):
    [first] = old_platform.rows(MODELS, MAY)["model_id"]
    before = old_platform.rows(CANDLES, APRIL).set_index("open_time")["high"]
    true_high = float(before.loc[REVISED])

    fetch_with_high(old_platform, true_high * 1.01)
    old_platform.run("train", MAY, only=["models"])
    stored = old_platform.rows(MODELS, MAY)
    assert stored["generation"].tolist() == [1, 2]
    assert last_made(stored)["model_id"] != first

    fetch_with_high(old_platform, true_high)
    old_platform.run("train", MAY, only=["models"])
    stored = old_platform.rows(MODELS, MAY)
    assert sorted(stored["generation"]) == [2, 3]
    assert last_made(stored)["model_id"] == first


def test_the_model_made_last_serves_even_if_what_it_knows_ends_earlier():
    stored = pd.DataFrame(
        {
            "model_id": ["made later", "made first"],
            "trained_until": pd.to_datetime(["2024-04-30T20:00Z", "2024-04-30T21:00Z"]),
            "generation": np.array([2, 1]),
        }
    )
    assert last_made(stored)["model_id"] == "made later"
