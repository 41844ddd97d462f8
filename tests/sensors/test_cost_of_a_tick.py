"""What a tick costs: queries that do not grow with the markets, and rows read once a version."""

import json
from datetime import timedelta

import dagster as dg
import pytest

from resources.lake.storage import Storage
from tests.sensors.conftest import BTC, MARCH, NOON
from tests.sensors.test_market_sensor import SENSORS
from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.champions.history import empty_history, with_choice
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.states import PROMOTED
from traderai_assets.domain.strategies.strategy import DEFAULT
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS
from traderai_assets.schemas.verdict import VERDICTS

FEBRUARY = Month(2026, 2)
HOUR = timedelta(hours=1)
FEW, MORE = 2, 9
ALL_SENSORS = [*SENSORS, "unjudged_records", "orphaned_runs"]


def markets(count):
    return [Market("binance", f"COIN{number}/USDT", "1h") for number in range(count)]


@pytest.fixture
def queries(platform, monkeypatch):
    """Count what a tick asks of the instance's databases."""
    counted = []
    storage = platform.instance.run_storage
    for owner, name in [
        (platform.instance, "get_run_records"),
        (storage, "get_cursor_values"),
        (storage, "set_cursor_values"),
        (platform.instance, "get_dynamic_partitions"),
    ]:
        asked = getattr(owner, name)

        def noted(*args, asked=asked, name=name, **kwargs):
            counted.append(name)
            return asked(*args, **kwargs)

        monkeypatch.setattr(owner, name, noted)

    def count(sensor):
        counted.clear()
        platform.tick(sensor)
        return sorted(counted)

    return count


@pytest.fixture
def reads(monkeypatch):
    """Paths of the Parquet files whose rows were read."""
    found = []
    read = Storage.read

    def noted(self, path):
        if path.endswith(".parquet") and "_delta_log" not in path:
            found.append(path)
        return read(self, path)

    monkeypatch.setattr(Storage, "read", noted)
    return found


@pytest.fixture
def well_kept(platform, kept, rows_of):
    """Store all of a market: history, gaps, a tested model, its champion, and what that said."""

    def store(market):
        kept(market.key)
        platform.put_bars(FEBRUARY.start, NOON, market=market)
        last = NOON - HOUR
        gap = {"start": [MARCH.start], "end": [MARCH.start + HOUR]}
        absent = {"absent_bars": 1, "flat_bars": 0, "kind": "outage"}
        asked = {"first_seen": NOON, "last_asked": NOON, "times_asked": 1, "came_back": "around"}
        platform.put(CANDLE_GAPS, MARCH, rows_of(CANDLE_GAPS, **gap, **absent), market)
        platform.put(CANDLE_ASKS, MARCH, rows_of(CANDLE_ASKS, **gap, **asked), market)
        model_id = f"{abs(hash(market.key)):032x}"
        card = json.dumps({"plan": json.loads(platform.strategy.settings)["plan"]})
        model = {"model_id": [model_id], "generation": 1, "fault": None, "card": card}
        platform.put(MODELS, MARCH, rows_of(MODELS, **model, trained_until=NOON), market)
        tested = {"model_id": [model_id], "segment": "walk_forward", "start": NOON, "end": NOON}
        platform.put(BACKTEST_METRICS, MARCH, rows_of(BACKTEST_METRICS, **tested), market)
        platform.put(CHAMPIONS, None, champions(platform, model_id), market)
        platform.put(PREDICTIONS, MARCH, rows_of(PREDICTIONS, open_time=[last]), market)
        told = {"decided_at": NOON, "valid_until": NOON + HOUR, "side": 1, "reference_price": 1.0}
        prices = {"target_price": 1.5, "stop_price": 0.5}
        given = rows_of(SIGNALS, open_time=[last], **told, **prices)
        platform.put(SIGNALS, MARCH, given, market)
        ended = rows_of(SIGNAL_OUTCOMES, open_time=[last], status="target", ended_at=NOON)
        platform.put(SIGNAL_OUTCOMES, MARCH, ended, market)

    return store


def champions(platform, model_id):
    speaker = Contender(
        DEFAULT, platform.strategy.id, PROMOTED, model_id=model_id, served_month=MARCH.key
    )
    return with_choice(empty_history(), choose_speaker([speaker]), changed_at=NOON - 2 * HOUR)


@pytest.fixture
def promoted(platform, rows_of):
    """Store the verdict by which the strategy speaks."""
    told = {"number": 1, "state": PROMOTED, "numbers": json.dumps({"annual_sharpe": 2.0, "t": 3.0})}
    row = rows_of(VERDICTS, strategy_id=[platform.strategy.id], **told)
    platform.lake.snapshot(VERDICTS).publish(
        {(ALL_MARKETS, ALL_MONTHS): row}, run_id="test", code_version="1"
    )


# Of stale_candles, each market whose history is lacking asks what became of its backfill
@pytest.mark.parametrize("sensor", ALL_SENSORS[1:])
def test_queries_do_not_grow_with_the_markets_where_nothing_is_stored(
    platform, kept, queries, sensor
):
    found = []
    for count in (FEW, MORE):
        kept(*(market.key for market in markets(count)))
        platform.tick(sensor)
        found.append(queries(sensor))
    assert found[0] == found[1]


# Of all sensors in one home: to keep nine markets well takes longer than all their ticks
@pytest.mark.usefixtures("promoted")
def test_queries_do_not_grow_with_the_markets_where_all_are_well_kept(platform, well_kept, queries):
    found = []
    for count in (FEW, MORE):
        for market in markets(count)[FEW if count == MORE else 0 :]:
            well_kept(market)
        for sensor in ALL_SENSORS:
            platform.tick(sensor)
        found.append({sensor: queries(sensor) for sensor in ALL_SENSORS})
    assert found[0] == found[1]


def test_what_became_of_all_causes_is_asked_at_once(platform, kept, queries):
    """Of markets that are behind, each of which has had a run."""
    found = []
    for count in (FEW, MORE):
        for market in markets(count):
            kept(market.key)
            platform.put_bars(FEBRUARY.start, NOON - 3 * HOUR, market=market)
        asked = platform.tick("stale_candles").requests
        for request in asked:
            platform.run(request, dg.DagsterRunStatus.SUCCESS)
        found.append(queries("stale_candles"))
        again = platform.tick("stale_candles")
        assert "and another is asked for from" in again.reason + again.log
    assert found[0].count("get_run_records") == found[1].count("get_run_records")


@pytest.mark.usefixtures("promoted")
def test_a_tick_over_an_unchanged_lake_reads_no_rows(platform, well_kept, reads):
    well_kept(BTC)
    first = {sensor: platform.tick(sensor) for sensor in ALL_SENSORS}
    reads.clear()
    again = {}
    for sensor in ALL_SENSORS:
        again[sensor] = platform.tick(sensor)
        assert reads == [], sensor
    assert again == first


@pytest.mark.usefixtures("promoted")
def test_a_model_that_is_not_the_champions_is_seen_at_the_next_tick(
    platform, well_kept, rows_of, reads
):
    well_kept(BTC)
    assert platform.tick("stale_champions").requests == []
    card = json.dumps({"plan": json.loads(platform.strategy.settings)["plan"]})
    newer = {"model_id": ["e" * 32], "generation": 2, "fault": None, "card": card}
    platform.put(MODELS, MARCH.shift(1), rows_of(MODELS, **newer, trained_until=NOON))
    reads.clear()
    assert "e" * 32 in platform.tick("stale_champions").request.run_key
    assert len([path for path in reads if "month=2026-04" in path]) == 1
    assert [path for path in reads if "month=2026-03" in path] == []
    assert "model eeeeeeee" in platform.tick("untested_models").reason


def test_a_champion_that_was_silenced_is_silent_at_the_next_tick(platform, well_kept):
    well_kept(BTC)
    assert "has spoken of every bar" in platform.tick("missing_signals").reason
    platform.crown("1" * 32, NOON - 9 * HOUR, NOON - 8 * HOUR)
    assert "drift" not in platform.tick("stale_drift_metrics").reason
    assert "does not speak" in platform.tick("stale_drift_metrics").reason


def test_a_gap_that_falls_due_without_any_change_is_asked_for(platform, well_kept):
    """What is remembered of a month follows from its rows, and what is due from the clock."""
    well_kept(BTC)
    assert platform.tick("stale_candles").requests == []
    later = NOON + timedelta(days=35)
    platform.sandbox.clock.set(later)
    platform.put_bars(FEBRUARY.start, later)
    assert "are due to be asked for again" in platform.tick("stale_candles").log


def test_an_open_signal_is_seen_at_the_next_tick(platform, well_kept, rows_of):
    well_kept(BTC)
    assert "has no open signals" in platform.tick("expiring_signals").reason
    given = {"decided_at": NOON - HOUR, "valid_until": NOON, "side": 1, "reference_price": 1.0}
    prices = {"target_price": 1.5, "stop_price": 0.5}
    opened = rows_of(SIGNALS, open_time=[NOON - 2 * HOUR], **given, **prices)
    platform.put(SIGNALS, MARCH, opened)
    platform.put(SIGNAL_OUTCOMES, MARCH, SIGNAL_OUTCOMES.empty())
    assert [one.job_name for one in platform.tick("expiring_signals").requests] == [
        "expire_signals"
    ]
