"""Drift metrics: one measurement a moment, each of the champion, none of them ever replaced."""

from datetime import timedelta

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS

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
