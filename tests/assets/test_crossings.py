"""A market that was redenominated, in a whole platform: what is kept apart, said, and made anew."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.stored_versions import stale
from traderai_assets.domain.candles.gap_classes import FETCH_FAILURE
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.features.month import undefined_rows
from traderai_assets.domain.months import Month
from traderai_assets.registry.reproduction import differences, train_again
from traderai_assets.registry.stored_models import StoredModel, last_made
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS

PRICES = ["open", "high", "low", "close"]
MARCH, APRIL, MAY = "2024-03", "2024-04", "2024-05"
BARRED = FETCH_FAILURE.name
STEP, SUSPENDED = datetime(2024, 3, 25, tzinfo=UTC), datetime(2024, 3, 22, tzinfo=UTC)
DERIVED = ["features", "labels"]


@pytest.fixture
def honest(lived_in: Path, feed: SimulatedFeed, tmp_path: Path) -> Iterator[InProcessPlatform]:
    """A platform of four months; nothing is false yet."""
    home = shutil.copytree(lived_in, tmp_path / "home")
    with opened(home, feed, LATER) as platform:
        yield platform


@pytest.fixture
def false(honest: InProcessPlatform) -> InProcessPlatform:
    """From March 25th on its prices are a hundredfold, after three days without any."""
    store_gap(honest, SUSPENDED, STEP, "outage")
    for month in (MARCH, APRIL):
        candles = honest.rows(CANDLES, month)
        new = candles["open_time"] >= pd.Timestamp(STEP)
        candles.loc[new, PRICES] *= 100.0
        candles.loc[new, "volume"] /= 100.0
        suspended = (candles["open_time"] >= pd.Timestamp(SUSPENDED)) & ~new
        honest.store(CANDLES, month, candles[~suspended].reset_index(drop=True))
    return honest


def store_gap(platform: InProcessPlatform, start: datetime, end: datetime, kind: str) -> None:
    gap = {
        "start": [start],
        "end": [end],
        "absent_bars": [(end - start) // platform.market.bar],
        "flat_bars": [0],
        "kind": [kind],
    }
    frame = pd.DataFrame(gap).astype(CANDLE_GAPS.dtypes)
    platform.store(CANDLE_GAPS, MARCH, pd.concat([platform.rows(CANDLE_GAPS, MARCH), frame]))


def make(platform: InProcessPlatform, *months: str) -> None:
    platform.run("backfill", *months, only=DERIVED)


def decide(platform: InProcessPlatform, verdict: str, ratio: float = np.nan) -> None:
    earlier = platform.rows(PRICE_DECISIONS, MARCH)
    word = {
        "open_time": [STEP],
        "decided_at": [pd.Timestamp(LATER) + pd.Timedelta(hours=len(earlier))],
        "verdict": [verdict],
        "ratio": [ratio],
        "decided_by": ["test"],
    }
    added = pd.DataFrame(word).astype(PRICE_DECISIONS.dtypes)
    frame = pd.concat([earlier, added], ignore_index=True) if len(earlier) else added
    platform.store(PRICE_DECISIONS, MARCH, frame)


def test_a_redenominated_market_has_no_label_and_no_feature_across_the_step(
    false: InProcessPlatform,
):
    make(false, MARCH, APRIL)
    labels = false.rows(LABELS, MARCH, APRIL)
    step = pd.Timestamp(STEP)
    assert labels["gross_return"].abs().max() < 0.5
    assert not ((labels["open_time"] < step) & (labels["label_end"] > step)).any()
    features = false.rows(FEATURES, MARCH, APRIL).sort_values("open_time", ignore_index=True)
    unknown = features["open_time"][undefined_rows(features)]
    assert unknown.min() == step
    assert len(unknown) == 288  # Twelve days: the last of them are in April
    assert unknown.max() == step + pd.Timedelta(hours=287)


def test_a_decision_makes_exactly_the_months_stale_that_depend_on_it(false: InProcessPlatform):
    """The web UI's own resolver is asked."""
    false.run("backfill", MARCH, "2024-06")
    assert stale(false) == {}
    before = {table.name: false.hashes(table) for table in (FEATURES, LABELS)}
    decide(false, "ratio", 100.0)
    false.fetch(MARCH)
    found = stale(false)
    assert found["features"] == found["labels"] == [MARCH, APRIL]
    false.run("backfill", MARCH, "2024-06")
    assert not {"features", "labels"} & stale(false).keys()
    after = {table.name: false.hashes(table) for table in (FEATURES, LABELS)}
    for table, months in after.items():
        changed = [month for month in months if months[month] != before[table][month]]
        assert changed == [MARCH, APRIL], table
    decide(false, "revoked")
    false.run("backfill", MARCH, "2024-06")
    assert {table.name: false.hashes(table) for table in (FEATURES, LABELS)} == before


def checked(platform: InProcessPlatform) -> dg.AssetCheckEvaluation:
    ran = platform.run("backfill", MARCH, APRIL)
    [told] = [
        one for one in ran.get_asset_check_evaluations() if one.check_name == "no_impossible_step"
    ]
    return told


def test_the_check_warns_of_the_step_says_what_to_type_and_is_content_once_it_is_decided(
    false: InProcessPlatform,
):
    told = checked(false)
    assert not told.passed
    assert told.severity is dg.AssetCheckSeverity.WARN
    key = false.market.key
    assert f'"traderai candles confirm {key} 2024-03-25T00:00 --real"' in str(told.description)
    assert '"--ratio 100"' in str(told.description)
    decide(false, "ratio", 100.0)
    assert checked(false).passed


def test_a_gap_that_nobody_believes_any_more_makes_its_months_stale(honest: InProcessPlatform):
    """A failed fetch of a day is asked for again: what was kept apart comes together."""
    gaps, whole = honest.rows(CANDLE_GAPS, MARCH), honest.rows(CANDLES, MARCH)
    start, end = datetime(2024, 3, 10, tzinfo=UTC), datetime(2024, 3, 11, tzinfo=UTC)
    inside = (whole["open_time"] >= start) & (whole["open_time"] < end)
    store_gap(honest, start, end, FETCH_FAILURE.name)
    honest.store(CANDLES, MARCH, whole[~inside].reset_index(drop=True))
    make(honest, MARCH)
    features = honest.rows(FEATURES, MARCH)
    assert undefined_rows(features).sum() == 288
    honest.store(CANDLES, MARCH, whole)
    honest.store(CANDLE_GAPS, MARCH, gaps)
    make(honest, MARCH)
    assert not undefined_rows(honest.rows(FEATURES, MARCH)).any()


def test_a_model_of_candles_that_are_kept_apart_is_reproduced_from_its_card(
    honest: InProcessPlatform,
):
    store_gap(honest, datetime(2024, 3, 10, tzinfo=UTC), datetime(2024, 3, 11, tzinfo=UTC), BARRED)
    make(honest, MARCH, APRIL)
    honest.run("train", MAY, only=["models"])
    stored = StoredModel(honest.market, Month.parse(MAY), last_made(honest.rows(MODELS, MAY)))
    written = "2024-03-10T00:00:00+00:00/2024-03-11T00:00:00+00:00"
    assert stored.card["inputs"]["crossings/2024-03"] == written
    assert differences(stored, train_again(honest.lake, stored, lambda _: None)) == []


def test_a_look_back_that_a_step_leaves_too_short_says_so_and_what_to_type(
    false: InProcessPlatform, feed: SimulatedFeed
):
    false.run("backfill", MARCH, APRIL)
    training = {"folds": 2, "horizon_bars": 3, "minimum_rows": 130}
    with (
        opened(false.home, feed, LATER, training=training) as demanding,
        pytest.raises(NotEnoughData) as told,
    ):
        demanding.run("train", APRIL, only=["models"])
    key = false.market.key
    assert "1 of its bars have prices that nobody can have traded to" in str(told.value)
    assert f'"traderai candles confirm {key} 2024-03-25T00:00 --real"' in str(told.value)
