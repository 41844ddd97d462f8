"""One wrong market beside a right one for a simulated day, through the sensors' own decisions."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from sensors import missing_signals, stale_candles, stale_models
from sensors.market_sensor import Finding, judge
from sensors.tick_view import TickView
from sensors.tried_causes import RUN_KEY_TAG
from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.instance import market_notes
from traderai_assets.instance.market_notes import refusal_of
from traderai_assets.partitions import MARKETS
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.work_classes import MARKET_TAG

# The 30 days before it lie in one month, so there is no history to fetch
MIDNIGHT = datetime(2024, 7, 31, 0, 0, 10, tzinfo=UTC)
RIGHT = "binance:BTC/USDT"
SENSORS = (stale_candles, stale_models, missing_signals)


class SimulatedDay:
    """Sensors that look, and runs that follow at once; both clocks are the exchange's."""

    def __init__(self, platform: InProcessPlatform) -> None:
        self.platform = platform
        self.runs: Counter[str] = Counter()
        self.late = 0

    def view(self) -> list[Finding]:
        """Let every sensor look once, and run what they ask for; return what was said."""
        platform = self.platform
        findings = []
        for sensor in SENSORS:
            now = platform.sandbox.clock.now
            view = TickView(
                platform.instance, platform.lake, platform.exchange, platform.settings, wall=now
            )
            view.sync_with_settings()
            findings += [judge(sensor.decide, view, key) for key in view.kept_markets()]
        for finding in findings:
            if finding.request is not None:
                self._run(finding.request)
        return findings

    def _run(self, request: dg.RunRequest) -> None:
        market = request.tags["dagster/asset_partition_range_start"].partition("|")[0]
        self.runs[market] += 1
        self.platform.definitions.resolve_job_def("fetch").execute_in_process(
            instance=self.platform.instance,
            tags={**request.tags, RUN_KEY_TAG: request.run_key, MARKET_TAG: market},
            raise_on_error=False,
        )

    def pass_by(self, every: timedelta) -> None:
        """Let a day go by; note each bar of the right market that the next look does not find."""
        right = self.platform.market
        now = MIDNIGHT
        while now < MIDNIGHT + timedelta(days=1):
            now += every
            self.platform.now_is(now)
            self.view()
            stored = self.platform.lake.snapshot(CANDLES)
            month = max(stored.content_hashes(right.key), default="2024-07")
            last = stored.summary(right.key, month).last
            closed = (now - timedelta(seconds=5)).replace(minute=0, second=0) - right.bar
            self.late += last is None or last < closed


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        "binance:BTC/USTD",  # Not listed
        *(
            pytest.param(other, marks=pytest.mark.torture)
            for other in (
                "binance:BTC/USDT:USDT",  # Not found by the sandbox
                "binanse:BTC/USDT",  # No such exchange
                "bybit:BTC/USDT",  # An exchange that tells not even the time
            )
        ),
    ],
)
def test_it_costs_a_few_runs_and_the_right_one_loses_no_close(
    tmp_path: Path, capsys, monkeypatch, wrong
):
    with opened(
        tmp_path,
        SimulatedFeed(since=MIDNIGHT - timedelta(days=1)),
        MIDNIGHT,
        markets=(RIGHT, wrong),
        history_days=30,
        sensors={"grace_seconds": 5},
    ) as platform:
        platform.instance.delete_dynamic_partition(MARKETS, platform.market.key)
        monkeypatch.setattr(market_notes, "machine_time", platform.sandbox.clock.now)
        day = SimulatedDay(platform)
        day.view()
        day.pass_by(timedelta(minutes=30))
        key = platform.settings.market(wrong).key
        with capsys.disabled():
            print(  # noqa: T201
                f"\n{key}: {day.runs[key]} runs, {platform.market.key}: "
                f"{day.runs[platform.market.key]} runs, {day.late} closes late"
            )
        assert day.runs[key] <= 5
        assert day.late == 0
        # The first, one a close, and two that ask again for the days before it was listed
        assert day.runs[platform.market.key] == 1 + 24 + 2
        noted = refusal_of(platform.instance, key)
        assert noted is not None
        assert 3 <= noted.times <= 5
