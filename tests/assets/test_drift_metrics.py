"""Drift metrics: one measurement a moment, each of the champion, none of them ever replaced."""

import shutil
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.domain.signals.net_returns import net_returns
from traderai_assets.plan import trading_costs
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES

JUNE = "2024-06"


def test_a_later_measurement_stands_beside_the_earlier_one(old_platform: InProcessPlatform):
    before = old_platform.rows(DRIFT_METRICS, JUNE)
    old_platform.now_is(LATER + timedelta(hours=6))
    old_platform.run("update_latest", JUNE)
    old_platform.run("generate_signals", JUNE)
    old_platform.run("monitor_drift", JUNE)
    now = old_platform.rows(DRIFT_METRICS, JUNE)
    ends = now["window_end"].unique()
    assert [end.hour for end in ends] == [11, 17]
    assert now[now["window_end"] == ends[0]].reset_index(drop=True).equals(before)
    assert set(now["model_id"]) == {old_platform.rows(CHAMPIONS)["model_id"].iloc[-1]}


def test_what_live_signals_earned_is_told_after_the_funding_that_backtests_pay(
    lived_in: Path, feed: SimulatedFeed, tmp_path: Path
):
    home = shutil.copytree(lived_in, tmp_path / "funded")
    later = LATER + timedelta(days=1)
    with opened(home, feed, LATER) as plain:
        while plain.sandbox.clock.now() < later:  # Of older bars a signal would be over
            plain.now_is(plain.sandbox.clock.now() + timedelta(hours=3))
            for job in ("update_latest", "generate_signals"):
                plain.run(job, JUNE)
        for job in ("expire_signals", "monitor_drift"):
            plain.run(job, JUNE)
        unfunded = _earned(plain.rows(DRIFT_METRICS, JUNE))
    with opened(home, feed, later, costs={"funding_rate": 0.005}) as funded:
        funded.run("monitor_drift", JUNE)
        found = _earned(funded.rows(DRIFT_METRICS, JUNE))
        outcomes = funded.rows(SIGNAL_OUTCOMES, JUNE)
        mine = outcomes["model_id"] == funded.rows(CHAMPIONS)["model_id"].iloc[-1]
        over = outcomes[mine & outcomes["status"].isin(["target", "stop", "expired"])]
        by_hand = net_returns(
            over,
            funded.rows(CANDLES, "2024-05", JUNE),
            bar=funded.market.bar,
            costs=trading_costs(funded.settings),
        )
    assert unfunded["rows"] == found["rows"] == len(over) > 0
    assert found["realised"] == pytest.approx(by_hand.mean())
    assert found["realised"] != pytest.approx(unfunded["realised"])


def _earned(metrics: pd.DataFrame) -> "pd.Series":
    last = metrics["window_end"] == metrics["window_end"].max()
    return metrics[last & (metrics["feature"] == "mean_net_return")].iloc[0]
