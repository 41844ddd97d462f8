"""The gate's one rule: a look-back is stored, reaches the present and is made into features."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from resources.lake.resource import LakeResource
from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.domain.errors import ExchangeUnavailable
from traderai_assets.domain.freshness.judging import judge as judged
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.gate.asset_check import look_back_result
from traderai_assets.gate.facts import FactsReader
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS

BTC = "binance.BTC-USDT.1h"
HALF_PAST_FIVE = datetime(2024, 6, 12, 5, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAY, JUNE, JULY = (Month(2024, number) for number in (5, 6, 7))


def judge(
    platform: InProcessPlatform,
    served: Month,
    *,
    days: int = 30,
    clock: Callable[[Market], datetime] | None = None,
) -> LookBack | Refusal:
    facts = FactsReader(
        platform.lake,
        platform.instance,
        table=platform.lake.snapshot,
        clock=clock or (lambda market: platform.exchange.clock(market.exchange)),
    )
    return judged(facts.read(platform.market, served, days))


@pytest.fixture(scope="module")
def grown_home(feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a platform with candles, features and labels from March up to now."""
    home = tmp_path_factory.mktemp("grown")
    with opened(home, feed, HALF_PAST_FIVE) as platform:
        platform.run("backfill", "2024-03", "2024-06")
    return home


@pytest.fixture
def grown(grown_home: Path, feed: SimulatedFeed, tmp_path: Path) -> Iterator[InProcessPlatform]:
    """A copy of that platform; its lake is full, its instance knows nothing."""
    home = tmp_path / "grown"
    shutil.copytree(grown_home, home)
    with opened(home, feed, HALF_PAST_FIVE) as platform:
        yield platform


def never(_: Market) -> datetime:
    raise AssertionError("the clock was asked")


def unreachable(_: Market) -> datetime:
    raise ExchangeUnavailable("binance does not answer")


def test_a_month_that_stored_candles_reach_needs_no_clock(grown: InProcessPlatform):
    assert judge(grown, JUNE, clock=never) == LookBack(datetime(2024, 5, 2, tzinfo=UTC), JUNE.start)


def test_a_month_to_come_is_learned_for_up_to_the_last_closed_bar(grown: InProcessPlatform):
    until = HALF_PAST_FIVE - HOUR / 2
    assert judge(grown, JULY) == LookBack(until - 30 * DAY, until)


def test_candles_that_stopped_a_day_ago_are_no_present_however_short_the_look_back(
    grown: InProcessPlatform,
):
    known = HALF_PAST_FIVE - HOUR / 2
    assert judge(grown, JULY, days=7, clock=lambda _: known + DAY) == LookBack(
        known - 7 * DAY, known
    )
    found = judge(grown, JULY, days=7, clock=lambda _: known + DAY + HOUR)
    assert isinstance(found, Refusal)
    assert found.missing == {JUNE: 25}
    assert found.commands == [f"traderai backfill {BTC} --since 2024-06-01"]


def test_history_that_is_fetched_oldest_first_serves_the_months_it_has_reached(
    platform: InProcessPlatform,
):
    platform.run("backfill", "2024-04")
    assert isinstance(judge(platform, MAY, days=7), LookBack)
    for served in (JUNE, JULY):
        found = judge(platform, served, days=7)
        assert isinstance(found, Refusal)
        assert found.months == [served.shift(-1)]


def test_a_month_to_come_is_refused_while_nobody_knows_what_time_it_is(grown: InProcessPlatform):
    found = judge(grown, JULY, clock=unreachable)
    assert isinstance(found, Refusal)
    assert found.sentence.endswith("cannot be told: binance does not answer")


def test_a_month_too_far_ahead_names_the_one_to_train_instead(grown: InProcessPlatform):
    found = judge(grown, Month(2024, 9))
    assert isinstance(found, Refusal)
    assert found.sentence.endswith("train the model of 2024-07 instead")


def test_candles_without_features_are_no_history(platform: InProcessPlatform):
    platform.fetch("2024-05", "2024-06")
    for served in (JUNE, JULY):
        found = judge(platform, served)
        assert isinstance(found, Refusal)
        assert found.missing == {}
        assert found.unmade == ((MAY,) if served is JUNE else (MAY, JUNE))
    assert found.commands == [f"traderai backfill {BTC} --since 2024-05-01"]


@pytest.mark.parametrize("change", [{"high": 10.0}, {"volume": 3.0}])
def test_candles_that_were_revised_are_learned_from_when_features_were_made_again(
    grown: InProcessPlatform, change: dict[str, Any]
):
    moment = datetime(2024, 5, 20, 7, tzinfo=UTC)
    stored = grown.rows(CANDLES, "2024-05").set_index("open_time").loc[moment]
    grown.revise(moment, **{name: float(stored[name]) * by for name, by in change.items()})
    labels = grown.hashes(LABELS)
    grown.fetch("2024-05", refetch=True)
    for served, unmade in ((JUNE, (MAY,)), (JULY, (MAY, JUNE))):
        found = judge(grown, served)
        assert isinstance(found, Refusal)
        assert found.unmade == unmade
    grown.run("backfill", "2024-05", "2024-06")
    # A volume changes no label: they were made again, and nothing of them was committed
    assert ("volume" in change) == (grown.hashes(LABELS) == labels)
    assert isinstance(judge(grown, JUNE), LookBack)
    assert isinstance(judge(grown, JULY), LookBack)


def test_bars_whose_features_are_being_made_at_the_moment_are_left_out(grown: InProcessPlatform):
    before = judge(grown, JULY)
    assert isinstance(before, LookBack)
    grown.now_is(HALF_PAST_FIVE + 2 * HOUR)
    grown.fetch("2024-06")
    assert judge(grown, JULY) == before
    grown.run("update_latest", "2024-06")
    assert judge(grown, JULY) == LookBack(before.start + 2 * HOUR, before.until + 2 * HOUR)


def test_an_update_that_ends_while_the_gate_looks_moves_nothing_under_it(grown: InProcessPlatform):
    before = judge(grown, JULY)
    loaded = {table.name: grown.lake.snapshot(table) for table in (FEATURES, LABELS)}
    grown.now_is(HALF_PAST_FIVE + 2 * HOUR)
    grown.run("update_latest", "2024-06")
    facts = FactsReader(
        grown.lake,
        grown.instance,
        table=lambda table: loaded.get(table.name) or grown.lake.snapshot(table),
        clock=lambda market: grown.exchange.clock(market.exchange),
    )
    assert judged(facts.read(grown.market, JULY, 30)) == before


def test_where_neither_events_nor_the_log_remember_the_rows_speak(
    grown: InProcessPlatform, monkeypatch
):
    monkeypatch.setattr(LakeResource, "history", lambda *_, **__: [])
    assert isinstance(judge(grown, JUNE), LookBack)
    grown.store(FEATURES, "2024-05", grown.rows(FEATURES, "2024-05")[:-1])
    found = judge(grown, JUNE)
    assert isinstance(found, Refusal)
    assert found.unmade == (MAY,)


def test_the_check_names_every_month_that_is_missing_also_in_the_middle(grown: InProcessPlatform):
    for month in ("2024-03", "2024-05"):
        grown.store(CANDLES, month, CANDLES.empty())
    asked = {
        grown.key(month): judge(grown, Month.parse(month))
        for month in ("2024-04", "2024-05", "2024-06")
    }
    result = look_back_result(asked)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.metadata["missing_months"].value == {BTC: ["2024-03", "2024-05"]}
    assert result.metadata["commands"].value.splitlines() == [
        f"traderai backfill {BTC} --since 2024-03-01 --until 2024-03-31",
        f"traderai backfill {BTC} --since 2024-05-01 --until 2024-05-31",
    ]
