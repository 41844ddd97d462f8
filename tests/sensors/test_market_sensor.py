"""What all sensors share: a reason always, and no market stopped by what is wrong with another."""

import re
from datetime import UTC, datetime

import pytest

from resources.exchange.resource import ExchangeResource
from traderai_assets.domain.errors import ExchangeUnavailable, InvalidSettings, LakeError
from traderai_assets.domain.months import Month
from traderai_assets.settings_sections import TrainingSettings
from traderai_assets.settings_services import LiveSettings, QueueSettings
from traderai_assets.work_classes import JOBS

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY = Month(2026, 2)
BTC, ETH, KRAKEN = "binance.BTC-USDT.1h", "binance.ETH-USDT.1h", "kraken.BTC-USD.1h"
SENSORS = [
    "stale_candles",
    "stale_models",
    "untested_models",
    "stale_champions",
    "missing_signals",
    "expiring_signals",
    "stale_drift_metrics",
    "drifted_models",
    "short_records",
]


class OneExchangeDown(ExchangeResource):
    """Kraken does not answer."""

    def clock(self, market, *, max_age=0):  # noqa: ARG002
        if market.exchange == "kraken":
            raise ExchangeUnavailable("clock of kraken: no usable answer")
        return super().clock(market)


def sensors(platform):
    from sensors.build import build_sensors  # Late, see conftest

    return build_sensors(platform.settings)


def test_there_are_sensors_of_markets_and_one_of_runs_and_each_runs_from_the_start(platform):
    built = sensors(platform)
    assert [sensor.name for sensor in built] == [*SENSORS, "unjudged_records", "orphaned_runs"]
    assert {sensor.default_status.value for sensor in built} == {"RUNNING"}
    # A slot that nobody uses waits for no one
    assert [sensor.minimum_interval_seconds for sensor in built] == [30] * (len(SENSORS) + 1) + [10]
    assert all(sensor.description for sensor in built)


def test_the_docs_say_of_each_sensor_what_it_asks_for(platform, repository):
    platform.configure(queue=QueueSettings(aging_minutes=1), live=LiveSettings(shard_markets=25))
    page = (repository / "docs" / "architecture.md").read_text()
    _, _, loop = page.partition("\n## The loop\n")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", loop, re.MULTILINE)
    told = {name: set(re.findall(r"`(\w+)`", jobs)) for name, jobs in rows}
    built = {one.name: {target.job_name for target in one.targets} for one in sensors(platform)}
    assert told == {name: jobs for name, jobs in built.items() if jobs}
    assert [name for name, jobs in built.items() if not jobs and f"`{name}`" not in loop] == []


def test_sensors_ask_only_for_jobs_of_the_table(platform):
    asked = {target.job_name for sensor in sensors(platform) for target in sensor.targets}
    assert asked <= set(JOBS)


@pytest.mark.parametrize("name", SENSORS)
def test_a_tick_over_an_empty_platform_gives_a_request_or_a_reason_that_names_the_market(
    platform, name
):
    tick = platform.tick(name)
    assert bool(tick.requests) != bool(tick.reason)
    assert BTC in tick.reason + tick.log


def test_markets_of_the_settings_become_partitions_by_one_sensor_alone(platform):
    for name in SENSORS[1:]:
        platform.tick(name)
        assert platform.instance.get_dynamic_partitions("markets") == []
    platform.tick("stale_candles")
    assert platform.instance.get_dynamic_partitions("markets") == [BTC]


@pytest.mark.parametrize("name", SENSORS)
def test_a_platform_without_markets_says_so(platform, name):
    platform.configure(markets=())
    assert platform.tick(name).reason == "no market is kept"


@pytest.mark.parametrize("name", ["stale_candles", "stale_models"])
def test_a_market_of_which_no_model_can_be_made_is_a_reason_and_stops_no_other(
    platform, kept, name
):
    platform.configure(training=TrainingSettings(horizon_bars=400), timeframe="5m")
    kept(ETH)  # As the web UI adds one
    tick = platform.tick(name)
    said = tick.reason + tick.log
    assert f"{ETH} cannot be kept with these settings" in said
    assert "lookback_days = 64 would do" in said
    assert all("ETH" not in request.run_key for request in tick.requests)


def test_a_tick_that_asks_for_nothing_writes_no_log(platform):
    assert platform.tick("stale_champions").log == ""


def test_an_unreachable_exchange_is_a_reason_and_not_a_failed_tick(platform, unreachable):
    tick = platform.tick("stale_candles", exchange=unreachable)
    assert tick.requests == []
    assert f"{BTC} cannot be judged: clock of binance: no usable answer" in tick.reason


def test_an_exchange_that_does_not_answer_is_asked_once_a_tick_and_given_up_soon(platform, kept):
    asked = []

    class Silent(ExchangeResource):
        def clock(self, market, *, max_age=0):  # noqa: ARG002
            asked.append((market.exchange, self.attempts, self.deadline_seconds))
            raise ExchangeUnavailable("clock of binance: no usable answer")

    kept(*(f"binance.COIN{number}-USDT.1h" for number in range(40)))
    exchange = Silent(state_folder="unused", attempts=6, deadline_seconds=120)
    tick = platform.tick("stale_candles", exchange=exchange)
    assert asked == [("binance", 2, 5.0)]
    assert tick.reason.count("cannot be judged: clock of binance") == 25
    assert tick.reason.endswith("; and 16 markets more")


def test_one_unreachable_exchange_does_not_stop_the_markets_of_another(platform, kept):
    kept(KRAKEN)
    exchange = OneExchangeDown(**platform.exchange.model_dump())
    tick = platform.tick("stale_candles", exchange=exchange)
    assert [request.job_name for request in tick.requests] == ["backfill"]
    assert f"{KRAKEN} cannot be judged: clock of kraken" in tick.log


@pytest.mark.parametrize("name", SENSORS)
def test_a_partition_that_is_no_market_does_not_stop_the_others(platform, kept, name):
    kept("BTC/USDT")
    tick = platform.tick(name)
    said = tick.reason + tick.log
    assert "BTC/USDT cannot be judged: market key 'BTC/USDT' is not EXCHANGE.SYMBOL" in said
    assert BTC in said


def test_an_exchange_that_nobody_knows_is_named_with_what_is_near_it(platform, kept):
    kept("binanse.BTC-USDT.1h")
    assert (
        "'binanse' is not known to ccxt; near it are binance" in platform.tick("stale_candles").log
    )


def test_a_damaged_partition_does_not_stop_the_other_markets(platform, kept, tmp_path):
    kept(ETH)
    platform.put_bars(FEBRUARY.start, NOON)
    [file] = (tmp_path / "lake" / "candles").rglob("*month=2026-02*/**/*.parquet")
    file.write_bytes(file.read_bytes()[:-200])
    tick = platform.tick("stale_models")
    assert f"{BTC} cannot be judged" in tick.reason
    assert f"{ETH} has no model, but no candles of {ETH} are stored" in tick.reason


def test_a_lake_that_is_not_there_fails_the_tick(platform, tmp_path):
    (tmp_path / "lake").write_text("not a folder")
    with pytest.raises(LakeError, match="candles"):
        platform.tick("stale_candles")


def test_a_platform_that_a_sandbox_fed_is_not_continued_without_it(platform):
    exchange = ExchangeResource(state_folder="unused", sandbox_only=True)
    with pytest.raises(InvalidSettings, match="came from a sandbox"):
        platform.tick("stale_candles", exchange=exchange)


def test_markets_added_while_everything_runs_are_seen_by_the_next_tick(platform, kept):
    platform.put_bars(FEBRUARY.start, NOON)
    assert platform.tick("stale_candles").requests == []
    kept(ETH)
    [request] = platform.tick("stale_candles").requests
    assert request.run_key.startswith(f"backfill:{ETH}:")
