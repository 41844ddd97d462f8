"""The verdict: each look is made once, whatever is killed, run again or registered in between."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from tests.assets.conftest import NOW
from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.killed_run import before_events, before_table, kill_run, remembering
from tests.assets.strategy_records import BTC, ETH, only_strategy, store_days
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.strategy_registry import register
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.strategies import STRATEGIES
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS, VETOES
from traderai_assets.strategies import strategies_of

BESIDE = (LOOKS, STATE_CHANGES, VETOES, VERDICTS)


def rows(platform: InProcessPlatform, table) -> pd.DataFrame:
    return platform.lake.snapshot(table).read("all", ["all"])


def state(platform: InProcessPlatform) -> dict[str, Any]:
    return {table.name: rows(platform, table).to_dict("records") for table in BESIDE}


def registered(platform: InProcessPlatform, strategy: Strategy | None = None) -> None:
    owner = strategy or only_strategy(platform)
    register(platform.lake, owner, clock=lambda: NOW, run_id="by hand")


def good(platform: InProcessPlatform, days: int = 500) -> None:
    """A record of two markets since 2022, which any look finds to be better than luck."""
    registered(platform)
    for seed, market in enumerate((BTC, ETH), 1):
        store_days(platform, "2022-01-01", days, mean=0.002, market=market, seed=seed)


def test_a_strategy_without_a_record_is_not_judged(platform: InProcessPlatform):
    platform.run("judge")
    assert not any(state(platform).values())


def test_a_backfilled_record_is_looked_at_once_and_found(platform: InProcessPlatform):
    good(platform)
    platform.run("judge")
    [look] = rows(platform, LOOKS).to_dict("records")
    assert f"{look['first_day']:%Y-%m-%d} {look['day']:%Y-%m-%d}" == "2022-01-01 2022-07-01"
    assert (look["number"], look["strategies"], look["passed"]) == (1, 1, True)
    [change] = rows(platform, STATE_CHANGES).to_dict("records")
    assert (change["before"], change["after"]) == ("insufficient", "candidate")
    [verdict] = rows(platform, VERDICTS).to_dict("records")
    assert verdict["state"] == "candidate"
    assert f"{verdict['judged_until']:%Y-%m-%d}" == "2023-05-16"
    assert rows(platform, VETOES)["about"].tolist() == [BTC, ETH]


def test_judging_the_same_record_again_is_the_same_verdict_and_no_second_look(
    platform: InProcessPlatform,
):
    good(platform)
    platform.run("judge")
    before, versions = state(platform), platform.lake_state()
    platform.run("judge")
    assert state(platform) == before
    assert platform.lake_state() == versions


def test_looks_of_a_mediocre_record_are_made_in_turn_and_never_again(platform: InProcessPlatform):
    registered(platform)
    store_days(platform, "2022-01-01", 300, mean=0.0)
    platform.run("judge")
    first = rows(platform, LOOKS)
    assert first["number"].tolist() == [1, 2]
    # Years that nobody had made before the looks move no look
    store_days(platform, "2021-07-01", 184, mean=0.01, seed=3)
    store_days(platform, "2022-01-01", 600, mean=0.0)
    registered(platform, Strategy("another", '{"other":1}'))
    platform.run("judge")
    all_looks = rows(platform, LOOKS)
    assert all_looks["number"].tolist() == [1, 2, 3, 4, 5]
    assert all_looks["strategies"].tolist() == [1, 1, 2, 2, 2]
    pd.testing.assert_frame_equal(all_looks.head(2), first)
    assert set(all_looks["first_day"]) == {pd.Timestamp("2022-01-01", tz="UTC")}
    assert rows(platform, VERDICTS)["number"].tolist() == [1, 2]


def test_a_market_that_is_behind_is_waited_for(platform: InProcessPlatform):
    registered(platform)
    store_days(platform, "2022-01-01", 400, mean=0.002, market=ETH)
    store_days(platform, "2022-01-01", 170, mean=0.002, market=BTC)
    times = pd.DatetimeIndex(["2022-12-31 23:00"], tz="UTC").as_unit("ms")
    prices = dict.fromkeys(("open", "high", "low", "close", "volume"), 1.0)
    platform.store(CANDLES, "2022-12", pd.DataFrame({"open_time": times}).assign(**prices))
    platform.run("judge")
    # The look of July 1 could be made of one market
    assert rows(platform, VERDICTS)["judged_until"].tolist() == [_day("2022-06-20")]
    assert rows(platform, LOOKS).empty
    store_days(platform, "2022-01-01", 365, mean=0.002, market=BTC)
    platform.run("judge")
    assert rows(platform, VERDICTS)["judged_until"].tolist()[1:] == [_day("2023-02-05")]
    assert rows(platform, LOOKS)["number"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("before", [{"first": {}}, {}], ids=["another name", "no name"])
def test_what_was_spent_under_one_name_is_spent_under_every_other(
    open_platform: Callable[..., InProcessPlatform], before: dict[str, dict[str, object]]
):
    platform = open_platform(strategies=before)
    [first] = _strategies(platform)
    renamed = Strategy("second", first.settings, first.code, first.labels_folder)
    registered(platform, first)
    store_days(platform, "2022-01-01", 300, mean=0.0, strategy=first)
    platform.run("judge")
    assert len(platform.lake.of(first).snapshot(LOOKS).read("all", ["all"])) == 2

    again = InProcessPlatform(platform.home, platform.sandbox, _fresh(), strategies={"second": {}})
    [second] = _strategies(again)
    assert second.id == renamed.id == first.id
    registered(again, second)
    store_days(again, "2022-01-01", 300, mean=0.01, strategy=second)
    again.run("judge")
    mine = again.lake.of(second).snapshot(LOOKS).read("all", ["all"])
    theirs = platform.lake.of(first).snapshot(LOOKS).read("all", ["all"])
    assert mine["t"].tolist() == theirs["t"].tolist()
    assert set(rows(again, STRATEGIES)["strategy_id"]) == {first.id}


def test_another_strategy_is_a_peer_and_is_counted_after_it_is_deleted(
    open_platform: Callable[..., InProcessPlatform],
):
    two = open_platform(strategies={"good": {}, "noise": {"training": {"folds": 3}}})
    good_one, noise = _strategies(two)
    for strategy, mean in ((good_one, 0.003), (noise, 0.0)):
        registered(two, strategy)
        store_days(two, "2022-01-01", 300, mean=mean, strategy=strategy, seed=len(strategy.name))
    two.run("judge")
    looks = two.lake.of(good_one).snapshot(LOOKS).read("all", ["all"])
    assert looks["strategies"].tolist()[0] == 2
    assert not two.lake.of(noise).snapshot(LOOKS).read("all", ["all"])["passed"].any()

    alone = InProcessPlatform(two.home, two.sandbox, _fresh(), strategies={"good": {}})
    store_days(alone, "2022-01-01", 500, mean=0.003, strategy=good_one, seed=4)
    alone.run("judge")
    verdicts = alone.lake.of(good_one).snapshot(VERDICTS).read("all", ["all"])
    assert verdicts["strategies"].tolist() == [2, 2]


def _day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def _strategies(platform: InProcessPlatform) -> tuple[Strategy, ...]:
    return strategies_of(platform.settings)


def _fresh():
    return dg.DagsterInstance.ephemeral()


@pytest.fixture(scope="module")
def never_killed(feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with opened(tmp_path_factory.mktemp("whole"), feed, NOW) as platform:
        good(platform)
        platform.run("judge")
        return state(platform)


@pytest.mark.processes
@pytest.mark.parametrize(
    "moment",
    [
        *(before_table(name) for name in ("looks", "state_changes", "vetoes", "verdict")),
        before_events(),
    ],
    ids=str,
)
def test_a_killed_verdict_ends_with_the_same_looks_each_made_once(
    tmp_path: Path, feed: SimulatedFeed, never_killed: dict[str, Any], moment
):
    with (
        remembering(tmp_path) as instance,
        opened(tmp_path, feed, NOW, instance=instance) as platform,
    ):
        good(platform)
        kill_run(tmp_path, platform.sandbox.url, "judge", moment=moment)
        # A strategy that comes between changes the next look, never one that was made
        made = len(rows(platform, LOOKS))
        platform.run("judge")
        assert state(platform) == never_killed
        assert made in (0, 1)
