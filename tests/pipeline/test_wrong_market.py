"""A wrong market beside a right one, with the real daemon, retries, restarts and all."""

import time

import dagster as dg
import pytest

from traderai_assets.cli.launch import launch
from traderai_assets.instance.market_notes import refusal_of
from traderai_assets.schemas.candles import CANDLES

pytestmark = pytest.mark.torture

RIGHT, WRONG = "binance.BTC-USDT.15m", "binance.BTC-USTD.15m"
BARS = 4


def runs_of(platform, market):
    runs = (one.dagster_run for one in platform.runs())
    return [run for run in runs if run.tags.get(".dagster/traderai.market") == market]


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")  # of dagster_graphql
def test_it_is_tried_once_and_left_in_peace_and_every_close_of_the_right_one_arrives(
    platform_beside_a_wrong_market, capsys
):
    platform = platform_beside_a_wrong_market
    platform.until(lambda: refusal_of(platform.instance, WRONG) is not None)
    platform.until(lambda: platform.last(CANDLES) is not None)
    for _ in range(BARS):
        bar = platform.let_bars_close(1)
        platform.until(lambda bar=bar: platform.last(CANDLES) == bar)
    platform.crash()
    platform.start()
    bar = platform.let_bars_close(1)
    platform.until(lambda: platform.last(CANDLES) == bar)
    own = runs_of(platform, WRONG)
    by_hand = launch(platform.url, "update_latest", [f"{WRONG}|2026-03"])
    platform.until(lambda: platform.instance.get_run_by_id(by_hand).is_finished)
    time.sleep(15)  # As long as the daemon needs to see that a run is to be retried
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{WRONG}: {len(own)} runs and one by hand, {RIGHT}: "
            f"{len(runs_of(platform, RIGHT))} runs for {BARS + 1} closes"
        )
    wrong = runs_of(platform, WRONG)
    assert len(own) <= 2  # The second after ten minutes, where the machine is that slow
    assert len(wrong) <= len(own) + 2
    assert {run.status for run in wrong} == {dg.DagsterRunStatus.FAILURE}
    assert {run.tags["dagster/will_retry"] for run in wrong} == {"false"}
    assert all(run.parent_run_id is None for run in wrong)
    assert refusal_of(platform.instance, WRONG).times >= 2
    times = platform.read(CANDLES)["open_time"]
    assert (times.diff().dropna() == times.diff().dropna().iloc[0]).all()
