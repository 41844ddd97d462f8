"""A market that is younger than its look-back, really trained: what from, and when."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.domain.candles.gap_classes import ASKED_AGAIN_AFTER
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.freshness.judging import judge as judged
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.gate.facts import FactsReader
from traderai_assets.plan import expanding
from traderai_assets.registry.training_rows import look_back_text
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLE_GAPS
from traderai_assets.schemas.models import MODELS

NOW = datetime(2024, 6, 12, 5, 30, tzinfo=UTC)
LISTED = datetime(2024, 4, 10, 7, tzinfo=UTC)
MAY, JUNE, JULY = (Month(2024, number) for number in (5, 6, 7))
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
GROWING = {"folds": 2, "horizon_bars": 3, "lookback_days": 100, "expanding_from_days": 30}


def judge(platform: InProcessPlatform, served: Month) -> LookBack | Refusal:
    facts = FactsReader(
        platform.lake,
        platform.instance,
        table=platform.lake.snapshot,
        clock=lambda market: platform.exchange.clock(market.exchange),
    )
    days = platform.settings.training.lookback_days
    return judged(facts.read(platform.market, served, days, expanding(platform.settings)))


def card(platform: InProcessPlatform, served: Month) -> dict[str, Any]:
    row = platform.rows(MODELS, served.key).iloc[-1]
    told: dict[str, Any] = json.loads(row["card"])
    return told | {"model_id": row["model_id"]}


pytestmark = pytest.mark.slow


@pytest.fixture
def young(tmp_path: Path) -> Iterator[InProcessPlatform]:
    """A platform whose market was listed in April, and whose look-back begins in February."""
    feed = SimulatedFeed(seed=7, since=LISTED)
    with opened(tmp_path, feed, NOW, history_days=120, training=GROWING) as platform:
        yield platform


def test_a_young_market_has_a_model_after_a_month_and_one_of_more_days_each_month(
    young: InProcessPlatform,
):
    young.fetch("2024-02", "2024-06")
    refusal = judge(young, JUNE)  # One answer is not the truth: there may have been candles before
    assert isinstance(refusal, Refusal)
    assert set(refusal.missing) == {Month(2024, 2), Month(2024, 3), Month(2024, 4)}
    for count in range(1, 5):
        young.now_is(NOW + sum(ASKED_AGAIN_AFTER[:count], MINUTE))
        young.fetch("2024-02", "2024-04")
    young.run("backfill", "2024-04", "2024-06")
    before = young.rows(CANDLE_GAPS, "2024-02", "2024-03", "2024-04")
    assert set(before["kind"]) == {"not_listed"}

    assert judge(young, JUNE) == LookBack(LISTED, JUNE.start)
    refusal = judge(young, MAY)
    assert isinstance(refusal, Refusal)
    assert "its first candle opens at 2024-04-10 07:00 UTC: 20.7 days are there" in refusal.found
    with pytest.raises(NotEnoughData, match="from 2024-05-10 07:00 UTC on"):
        young.run("train", "2024-05")
    young.run("train", "2024-06", "2024-07")
    window = judge(young, JULY)
    assert isinstance(window, LookBack)
    assert (window.start, window.until) == (LISTED, datetime(2024, 6, 15, 6, tzinfo=UTC))
    june, july = card(young, JUNE), card(young, JULY)
    assert june["inputs"]["look_back"] == look_back_text(LookBack(LISTED, JUNE.start))
    assert july["inputs"]["look_back"] == look_back_text(window)
    assert 1_100 < june["rows"] < 1_250 < july["rows"]

    young.now_is(NOW + 20 * DAY)  # July has begun: June's model made again is made of the same
    young.run("train", "2024-06")
    assert card(young, JUNE)["model_id"] == june["model_id"]


def test_a_history_that_is_shorter_than_the_look_back_is_learned_from_where_it_begins(
    tmp_path: Path,
):
    feed = SimulatedFeed(seed=7, since=datetime(2023, 1, 1, tzinfo=UTC))
    with opened(tmp_path, feed, NOW, history_days=40, training=GROWING) as platform:
        platform.run("backfill", "2024-06")
        refusal = judge(platform, JUNE)  # May is kept, and still to come
        assert isinstance(refusal, Refusal)
        assert Month(2024, 5) in refusal.missing
        assert Month(2024, 4) not in refusal.missing
        platform.run("backfill", "2024-05")
        assert judge(platform, JUNE) == LookBack(MAY.start, JUNE.start)
        platform.run("train", "2024-06")
        made = card(platform, JUNE)
        assert made["trained_from"].startswith("2024-05-0")
        platform.now_is(NOW + 3 * 31 * DAY)
        assert judge(platform, JUNE) == LookBack(MAY.start, JUNE.start)
        # Older months are learned from once they are there, and what is made of them
        platform.run("backfill", "2024-04", "2024-05")
        assert judge(platform, JUNE) == LookBack(datetime(2024, 4, 1, tzinfo=UTC), JUNE.start)
